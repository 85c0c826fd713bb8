import type { CommandLine } from '../../command-line/command-line.ts';
import type { Context } from '../../context.ts';
import { progressKind } from '../../display/choose-display.ts';
import { openEvents } from '../../display/open-events.ts';
import { chooseSyncDisplay } from '../../display/sync/choose-sync-display.ts';
import { missingPlatformsLine } from '../../display/sync/missing-platforms.ts';
import { planJson } from '../../display/sync/plan-json.ts';
import { renderPlan } from '../../display/sync/render-plan.ts';
import { failuresTable, summaryLine } from '../../display/sync/render-report.ts';
import { reportJson } from '../../display/sync/report-json.ts';
import type { SyncDisplay } from '../../display/sync/sync-display.ts';
import { withEvents } from '../../display/sync/sync-events.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import type { MetricsSession } from '../../metrics/session/metrics-session.ts';
import { createRunDirectory } from '../../operation/run-directory.ts';
import { describeTermination, type Termination, terminationOf } from '../../operation/termination.ts';
import { type TimeLimit, timeLimitOf } from '../../operation/time-limit.ts';
import type { Skopeo } from '../../skopeo/binary/find.ts';
import type { Launcher } from '../../skopeo/process/parent-death.ts';
import { renderExpandedFile } from '../../sync/config/load-sync-file.ts';
import type { SyncJob } from '../../sync/job.ts';
import { idleReport, resultOfReport, type SyncReport } from '../../sync/report/sync-report.ts';
import { runIdentityOf } from '../../sync/run-identity.ts';
import { planSync, runSync, type SyncOptions } from '../../sync/sync.ts';
import type { OperationObserver } from '../../tracking/observer.ts';
import { SyncRunTracker } from '../../tracking/sync-run-tracker.ts';
import { openSession } from '../open-session.ts';
import { beginRun, openRun, type RecordUnstarted } from '../opening.ts';
import { abortOnSignals } from '../signals.ts';
import { checkSync, tellWarnings } from './check-sync.ts';
import { readJob } from './read-job.ts';
import { refuseIneffective } from './refuse-ineffective.ts';
import { refuseUnwritable, resultFiles, writeResultFiles } from './result-files.ts';
import { openSyncEffects } from './sync-effects.ts';
import { chosenImages, syncMode, syncOptions } from './sync-options.ts';

/** Everything that one run of the command works with. */
interface Run {
  readonly line: CommandLine;
  readonly context: Context;
  readonly job: SyncJob;
  readonly options: SyncOptions;
  readonly skopeo: Skopeo;
  readonly launcher: Launcher;
  readonly stateDirectory: string | undefined;
  readonly runDirectory: string | undefined;
  readonly signal: AbortSignal;
}

/** Carries out `sync`: validates, plans or runs the job, and tells. Returns the exit status. */
export const runSyncCommand = async (line: CommandLine, context: Context): Promise<number> => {
  const { env, stdout } = context;
  beginRun(line, context);
  const mode = syncMode(line);
  refuseIneffective(line, mode, env);
  if (mode === 'check') return checkSync(line, context);
  const read = await readJob(line, context);
  if (mode === 'show-config' && read.file !== undefined) {
    stdout.write(renderExpandedFile(read.file, line.own.json ? 'json' : 'yaml'));
    return EXIT.success;
  }
  if (!line.values.quiet) tellWarnings(read, context);
  const options = syncOptions(line, env);
  const job = await chosenImages(read.job, line, context);
  if (mode === 'run') await refuseUnwritable(resultFiles(line, context.cwd));
  const { state, skopeo, launcher } = await openRun(line, context, async (error, found) => {
    if (mode === 'run') await recordUnstarted(job, line, context, error, found);
  });
  using signals = abortOnSignals(context.signals);
  using limit = abortAfter(timeLimitOf(line));
  using runDirectory = createRunDirectory(env);
  const signal = AbortSignal.any([signals.signal, limit.signal]);
  const run: Run = {
    line,
    context,
    job,
    options,
    skopeo,
    launcher,
    stateDirectory: state?.stateDir,
    runDirectory: runDirectory.path,
    signal,
  };
  if (mode !== 'run') return await plan(run);
  const session = await openSession(line.own, context, state, skopeo, job.name);
  return await execute(run, session);
};

/** Counts the job as failed. */
const recordUnstarted = async (
  job: SyncJob,
  { own }: CommandLine,
  context: Context,
  { exitCode, errorType }: WrapperError,
  { state, skopeo }: Parameters<RecordUnstarted>[1],
): Promise<void> => {
  const session = await openSession(own, context, state, skopeo, job.name);
  const tracker = new SyncRunTracker(runIdentityOf(job), context.clock, [session.observer]);
  tracker.start();
  tracker.finish({ ...skipped, outcome: 'error', exitCode, errorType });
  await session.end({ exitCode, durationSeconds: 0, success: false });
};

/** An abort signal that a time limit triggers. */
const abortAfter = (limit: TimeLimit | undefined): { readonly signal: AbortSignal } & Disposable => {
  const controller = new AbortController();
  const expire = (set: TimeLimit): void => controller.abort({ kind: 'timeout', ...set } satisfies Termination);
  const timer = limit === undefined ? undefined : setTimeout(expire, limit.seconds * 1000, limit);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
};

const effectsOf = (
  run: Run,
  tracker: SyncRunTracker,
  observer: OperationObserver,
  display: SyncDisplay,
  warn: (message: string) => void = () => undefined,
) => openSyncEffects({ ...run, binary: run.skopeo.path, run: tracker, observer, display, warn });

const displayOf = (line: CommandLine, context: Context): Promise<SyncDisplay> => {
  const { own, values } = line;
  const stdoutIsOurs = own.json || own.events === '-';
  const printLines = !stdoutIsOurs && !values.quiet && context.stdout.isTTY !== true && syncMode(line) === 'run';
  const kind = progressKind({ progress: own.progress, quiet: values.quiet, copies: true }, context);
  return chooseSyncDisplay({ kind, printLines, debug: values.debug }, context);
};

/** Prints what a run would do. */
const plan = async (run: Run): Promise<number> => {
  const { line, context, job } = run;
  const tracker = new SyncRunTracker(runIdentityOf(job), context.clock, []);
  const display = await displayOf(line, context);
  using effects = effectsOf(run, tracker, {}, display);
  const planned = await planSync(job, effects, run.options);
  context.stdout.write(line.own.json ? `${JSON.stringify(planJson(planned))}\n` : renderPlan(planned));
  if (planned.failures.length === 0) return EXIT.success;
  return planned.images.length === 0 ? EXIT.failure : EXIT.partialFailure;
};

const execute = async (run: Run, session: MetricsSession): Promise<number> => {
  const { line, context, job, options } = run;
  const tracker = new SyncRunTracker(runIdentityOf(job), context.clock, [session.observer]);
  const display = await displayOf(line, context);
  const events = openEvents(line.own.events, context);
  const { debug } = line.values;
  const shown = events === undefined ? display : withEvents(display, events, { ...context, debug });
  let isStateLost = false;
  const warn = (message: string): void => {
    isStateLost = true;
    context.stderr.write(`skopeo-wrapper: warning: ${message}\n`);
  };
  using effects = effectsOf(run, tracker, session.observer, shown, warn);
  const startedMs = context.clock.monotonicMs();
  const elapsedSeconds = (): number => (context.clock.monotonicMs() - startedMs) / 1000;
  const end = (exitCode: number): Promise<void> =>
    session.end({ exitCode, durationSeconds: elapsedSeconds(), success: exitCode === EXIT.success });
  tracker.start();
  shown.onStart(tracker);
  try {
    const report = await runSync(job, effects, options);
    shown.onEnd();
    if (report === undefined) {
      const message = 'skopeo-wrapper: another run of this job is under way; nothing was done\n';
      if (!line.values.quiet) context.stderr.write(message);
      tracker.finish(skipped);
      await session.end({ exitCode: EXIT.success, durationSeconds: elapsedSeconds(), success: true, stoodAside: true });
      return await tellIdle(job, line, context);
    }
    const exitCode = exitCodeOf(report, run.signal);
    tracker.finish({ ...resultOfReport(report), exitCode });
    await end(exitCode);
    const told = await tell({ ...report, exitCode }, line, context);
    const isKept = told && !(line.own.metricsStrict && (session.failed || isStateLost));
    return isKept || exitCode !== EXIT.success ? exitCode : EXIT.ioError;
  } catch (error) {
    shown.onEnd();
    const { exitCode, errorType } =
      error instanceof WrapperError ? error : { exitCode: 1, errorType: 'unknown' as const };
    tracker.finish({ ...skipped, outcome: 'error', exitCode, errorType, durationSeconds: elapsedSeconds() });
    await end(exitCode);
    throw error;
  }
};

/** The result of a run that found nothing to do. */
const skipped = {
  operation: 'sync',
  source: '',
  destination: '',
  outcome: 'success',
  exitCode: 0,
  transferredBytes: 0,
  blobs: [],
  durationSeconds: 0,
  attempts: 1,
} as const;

/** A run that was ended says so by its status, whatever it had achieved by then. */
const exitCodeOf = (report: SyncReport, signal: AbortSignal): number => {
  const termination = terminationOf(signal);
  return termination && report.exitCode !== EXIT.success ? describeTermination(termination).exitCode : report.exitCode;
};

const printReport = (report: SyncReport, { stdout }: Context): void =>
  void stdout.write(`${JSON.stringify(reportJson(report))}\n`);

/** An old report must not stand for a run that did nothing. */
const tellIdle = async ({ name }: SyncJob, line: CommandLine, context: Context): Promise<number> => {
  const report = idleReport(name, new Date(context.clock.wallMs()).toISOString());
  if (line.own.json) printReport(report, context);
  const isKept = await keep(report, resultFiles(line, context.cwd, ['report']), context);
  return isKept ? EXIT.success : EXIT.ioError;
};

/** Writes result files; returns whether all of them could be written. */
const keep = async (
  report: SyncReport,
  files: ReturnType<typeof resultFiles>,
  { stderr }: Context,
): Promise<boolean> => {
  const problems = await writeResultFiles(files, report);
  for (const problem of problems) stderr.write(`skopeo-wrapper: ${problem}\n`);
  return problems.length === 0;
};

/** Tells people and programs what became of the run; returns whether all of it could be written. */
const tell = async (report: SyncReport, line: CommandLine, context: Context): Promise<boolean> => {
  const { own, values } = line;
  const { stderr, cwd } = context;
  const table = failuresTable(report);
  if (table !== '') stderr.write(`\n${table}\n`);
  const missing = missingPlatformsLine(report.images);
  if (!values.quiet && missing !== '') stderr.write(`skopeo-wrapper: warning: ${missing}\n`);
  if (!values.quiet) stderr.write(`sync: ${summaryLine(report)}\n`);
  if (own.json) printReport(report, context);
  return keep(report, resultFiles(line, cwd), context);
};
