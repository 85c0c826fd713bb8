import { join, resolve } from 'node:path';
import { type CommandLine, textOf } from '../command-line/command-line.ts';
import type { OwnFlags } from '../command-line/own-flags.ts';
import { refuseUnsupported } from '../command-line/refusals.ts';
import type { Context } from '../context.ts';
import { defined } from '../defined.ts';
import { asTooManyFiles } from '../errors/descriptors.ts';
import { sweepTemporaryDirectories } from '../host/temporary-directory.ts';
import type { MetricsSession } from '../metrics/session.ts';
import type { StateLocation } from '../metrics/state/files/state-directory.ts';
import type { RunVerdict } from '../metrics/state/writing/run-writer.ts';
import { resolveTextfilePath } from '../metrics/textfile/textfile.ts';
import type { SkopeoContext } from '../operation/request.ts';
import { createRunDirectory, runDirectoryBase, scratchBase } from '../operation/temporary-directories.ts';
import { abortAfter, type TimeLimit, terminationError, terminationOf, timeLimitOf } from '../operation/termination.ts';
import { AccessFiles, privatePlaces } from '../registry/credentials/access-files.ts';
import { findSkopeo, type Skopeo, versionFile } from '../skopeo/binary.ts';
import { childEnvironment } from '../skopeo/process/child-environment.ts';
import { Descriptors } from '../skopeo/process/descriptors.ts';
import { findLauncher } from '../skopeo/process/parent-death.ts';
import { loadNativePty } from '../skopeo/process/pty-addon.ts';
import { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationObserver } from '../tracking/observer.ts';
import { type MetricsExtent, stateLocation } from './open-session.ts';
import { type OutputFile, refuseUnwritable } from './output-files.ts';
import { failedRun, failureOf, type RunFailure, withoutSecrets } from './run-failure.ts';

/** Removes what killed runs left behind, everywhere where a run like this one puts temporary files. */
const sweepLeftovers = (line: Pick<CommandLine, 'values'>, { env, cwd }: Pick<Context, 'env' | 'cwd'>): void => {
  const tmpdir = textOf(line, 'tmpdir');
  sweepTemporaryDirectories([...privatePlaces(env), runDirectoryBase(env), scratchBase({ tmpdir, env, cwd })]);
};

/** What the body of every run may use; closed at its end. */
export interface RunTools {
  readonly skopeo: SkopeoContext;
  /** Aborted when the run is to end; its reason is a `Termination`. */
  readonly signal: AbortSignal;
}

/** Where a run is counted in the metrics. */
export type RunMetrics = Pick<MetricsSession, 'observer' | 'end' | 'failed'>;

/** How the body of a run ended. */
export interface RunEnd<Result> {
  readonly verdict: Omit<RunVerdict, 'durationSeconds'>;
  /** Prints the result, once the run is recorded. `isRecorded`: recorded as far as the command line requires it. */
  tell(isRecorded: boolean): Promise<Result> | Result;
}

/** The parts of a run, in the order in which they are called. */
export interface RunParts<Job, Opened extends Disposable | AsyncDisposable, Result> {
  /** Reads what is to be done and refuses what makes no sense; nothing is touched. `signal` ends the reading. */
  prepare(signal: AbortSignal): Promise<Job> | Job;
  /** Opens display and events, and whatever else the body needs. */
  open(job: Job, tools: RunTools): Promise<Opened> | Opened;
  /**
   * `job` and `skopeo` are absent while they are not known. `failure`: only the failure will be recorded; `state`: it
   * is recorded only in the state directory, since the textfile cannot be written.
   */
  openMetrics(
    job: Job | undefined,
    skopeo: Skopeo | undefined,
    extent: MetricsExtent,
  ): Promise<RunMetrics> | RunMetrics;
  body(job: Job, opened: Opened, metrics: RunMetrics, tools: RunTools): Promise<RunEnd<Result>>;
  /** Reports a run that ended before its body began. */
  onStartFailure(job: Job | undefined, failure: RunFailure, observer: OperationObserver): void;
}

/** What is known of a run from its command line. */
interface RunRequest {
  readonly line: CommandLine;
  readonly context: Context;
  /** Limit on the whole run; undefined: none. */
  readonly timeLimit: TimeLimit | undefined;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Files that are written at the end, besides events and textfile. */
  readonly outputs?: readonly OutputFile[];
}

/** Rejects with the class of the termination when `signal` aborts before `answer` resolves. */
const unlessEnded = async <T>(answer: Promise<T> | T, signal: AbortSignal): Promise<T> => {
  const ended = Promise.withResolvers<never>();
  const end = (): void => {
    const termination = terminationOf(signal);
    if (termination !== undefined) ended.reject(terminationError(termination));
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([answer, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
};

/** Reads what a command line names, at most until the time limit of the command line. */
export const withinLimit = async <T>(
  line: CommandLine,
  context: Context,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  using limit = abortAfter(timeLimitOf(line), context);
  return await unlessEnded(read(limit.signal), limit.signal);
};

/** The error for that: the reason of an aborted signal is not an error yet. */
const asError = (thrown: unknown, signal: AbortSignal): unknown => {
  const termination = thrown === signal.reason ? terminationOf(signal) : undefined;
  return termination === undefined ? (asTooManyFiles(thrown) ?? thrown) : terminationError(termination);
};

/** Refuses files that could not be written at the end. Throws usage errors. */
const refuseOutputs = async ({ line, context, outputs = [] }: RunRequest): Promise<void> => {
  const { events, metricsTextfile } = line.own;
  const { cwd } = context;
  const files = events === undefined || events === '-' ? [] : [{ flag: 'events', path: resolve(cwd, events) }];
  await refuseUnwritable([...files, ...outputs], line, cwd);
  if (metricsTextfile !== undefined) await resolveTextfilePath(resolve(cwd, metricsTextfile));
};

/** What is known of a run so far. */
interface Known<Job> {
  job?: Job;
  skopeo?: Skopeo;
}

/** Finds the skopeo to use; the state directory remembers its version. */
const locateSkopeo = (
  own: OwnFlags,
  { env, cwd, program }: Context,
  state: StateLocation | undefined,
): Promise<Skopeo> =>
  findSkopeo({
    skopeoPath: own.skopeoPath,
    env,
    cwd,
    self: program,
    ...defined({ cache: state && versionFile(join(state.stateDir, 'skopeo-version.json')) }),
  });

/** Everything before the body begins. */
const open = async <Job, Opened extends Disposable | AsyncDisposable, Result>(
  options: RunRequest,
  parts: RunParts<Job, Opened, Result>,
  signal: AbortSignal,
  closing: AsyncDisposableStack,
  known: Known<Job>,
) => {
  const { line, context } = options;
  const { env, cwd } = context;
  const job = await unlessEnded(parts.prepare(signal), signal);
  known.job = job;
  await refuseOutputs(options);
  sweepLeftovers(line, context);
  const state = stateLocation(line.own, context);
  const [skopeo, launcher] = await unlessEnded(
    Promise.all([locateSkopeo(line.own, context, state), findLauncher(env)]),
    signal,
  );
  known.skopeo = skopeo;
  refuseUnsupported(line, skopeo);
  const tools: RunTools = {
    skopeo: {
      binary: skopeo.path,
      launcher,
      env: childEnvironment(env),
      cwd,
      clock: context.clock,
      terminals: new Terminals(loadNativePty(env), new Descriptors(context.inheritedDescriptors)),
      accessFiles: closing.use(new AccessFiles(context, signal)),
      runDirectory: closing.use(createRunDirectory(env)).path,
    },
    signal,
  };
  const opened = closing.use(await parts.open(job, tools));
  const metrics = await parts.openMetrics(job, skopeo, 'all');
  return { job, tools, opened, metrics };
};

/** Counts a run that failed before its body began. */
const recordStartFailure = async <Job, Opened extends Disposable | AsyncDisposable, Result>(
  parts: RunParts<Job, Opened, Result>,
  { job, skopeo }: Known<Job>,
  failure: RunFailure,
  durationSeconds: number,
  context: Context,
): Promise<void> => {
  const open = async (extent: MetricsExtent): Promise<RunMetrics> => parts.openMetrics(job, skopeo, extent);
  const metrics = await open('failure').catch(() => open('state'));
  parts.onStartFailure(job, failure, metrics.observer);
  await metrics.end(withoutSecrets({ ...failedRun(failure), durationSeconds }, context));
};

/**
 * Carries out one run. All runs have the same order: read what is to be done, refuse outputs that cannot be written,
 * find skopeo, open display and metrics, run the body, record the end, print the result; then close everything in
 * reverse order, whatever happened. If any of these steps fails, this is recorded as a failed run of the job and then
 * thrown. Only bad operands are refused before that: a message that repeats them could reveal secrets.
 */
export const withRun = async <Job, Opened extends Disposable | AsyncDisposable, Result>(
  options: RunRequest,
  parts: RunParts<Job, Opened, Result>,
): Promise<Result> => {
  const { line, context } = options;
  const { clock } = context;
  const startedMs = clock.monotonicMs();
  const elapsedSeconds = (): number => (clock.monotonicMs() - startedMs) / 1000;
  await using closing = new AsyncDisposableStack();
  const limit = closing.use(abortAfter(options.timeLimit, context));
  const signal = AbortSignal.any([options.signal, limit.signal]);
  const known: Known<Job> = {};
  const { job, tools, opened, metrics } = await open(options, parts, signal, closing, known).catch(
    async (thrown: unknown) => {
      const error = asError(thrown, signal);
      await recordStartFailure(parts, known, failureOf(error), elapsedSeconds(), context);
      throw error;
    },
  );
  const { verdict, tell } = await parts.body(job, opened, metrics, tools).catch(async (thrown: unknown) => {
    const error = asError(thrown, signal);
    await metrics.end(withoutSecrets({ ...failedRun(failureOf(error)), durationSeconds: elapsedSeconds() }, context));
    throw error;
  });
  await metrics.end(withoutSecrets({ ...verdict, durationSeconds: elapsedSeconds() }, context));
  return await tell(!(line.own.metricsStrict && metrics.failed));
};
