import type { CommandLine } from '../../command-line/command-line.ts';
import type { Context } from '../../context.ts';
import { defined } from '../../defined.ts';
import { progressKind } from '../../display/choose-display.ts';
import { openEvents } from '../../display/event-stream.ts';
import { planJson } from '../../display/sync/plan-json.ts';
import { renderPlan } from '../../display/sync/render-plan.ts';
import type { SyncDisplay } from '../../display/sync/sync-display.ts';
import { withEvents } from '../../display/sync/sync-events.ts';
import { syncPlain } from '../../display/sync/sync-plain.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { reportStartFailure } from '../../operation/run-operation.ts';
import { abortOnSignals, describeTermination, terminationOf, timeLimitOf } from '../../operation/termination.ts';
import { renderExpandedFile } from '../../sync/config/load-sync-file.ts';
import { destinationSamples } from '../../sync/destination-samples.ts';
import type { SyncJob } from '../../sync/job.ts';
import { exitCodeOfPlan } from '../../sync/plan.ts';
import { planSync } from '../../sync/plan-sync.ts';
import { causeOfReport, resultOfReport, type SyncReport } from '../../sync/report.ts';
import { runSync, type SyncOptions } from '../../sync/sync.ts';
import type { OperationResult } from '../../tracking/events.ts';
import { type SyncRunIdentity, SyncRunTracker } from '../../tracking/sync-run-tracker.ts';
import { openSession } from '../open-session.ts';
import { type RunEnd, type RunMetrics, type RunParts, type RunTools, withinLimit, withRun } from '../with-run.ts';
import { checkSync, tellWarnings } from './check-sync.ts';
import { jobFormOf, readJob } from './read-job.ts';
import { openSyncContext } from './sync-context.ts';
import { chosenImages, refuseIneffective, syncMode, syncOptions } from './sync-options.ts';
import { resultFiles, tellReport, tellSkippedRun } from './tell-sync.ts';

/** What one call of `sync` is to do. */
interface ReadSync {
  readonly job: SyncJob;
  readonly options: SyncOptions;
}

interface Shown extends AsyncDisposable {
  readonly display: SyncDisplay;
}

const readSync = async (line: CommandLine, context: Context, signal: AbortSignal): Promise<ReadSync> => {
  const read = await readJob(line, context, signal);
  if (!line.values.quiet) tellWarnings(read, context);
  return { options: syncOptions(line, context.env), job: await chosenImages(read.job, line, context, signal) };
};

const showConfig = async (line: CommandLine, context: Context): Promise<number> => {
  const { file } = await withinLimit(line, context, (signal) => readJob(line, context, signal));
  if (file !== undefined) context.stdout.write(renderExpandedFile(file, line.own.json ? 'json' : 'yaml'));
  return EXIT.success;
};

/** Runs `sync`: validates, plans or carries out the job, and prints the result. Returns the exit status. */
export const runSyncCommand = async (line: CommandLine, context: Context): Promise<number> => {
  const mode = syncMode(line);
  refuseIneffective(line, mode, context.env);
  if (mode === 'check') return checkSync(line, context);
  if (mode === 'show-config') return showConfig(line, context);
  jobFormOf(line);
  syncOptions(line, context.env);
  using signals = abortOnSignals(context);
  const options = { line, context, timeLimit: timeLimitOf(line), signal: signals.signal };
  if (mode === 'plan') return await withRun(options, planParts(line, context));
  return await withRun({ ...options, outputs: resultFiles(line, context.cwd) }, runParts(line, context));
};

type Parts = RunParts<ReadSync, Shown, number>;

const openDisplay = async (
  line: CommandLine,
  context: Context,
  isRun: boolean,
  { signal }: Pick<RunTools, 'signal'>,
): Promise<Shown> => {
  const { own, values } = line;
  const { debug, quiet } = values;
  const stdoutIsOurs = own.json || own.events === '-';
  const printLines = !stdoutIsOurs && !quiet && context.stdout.isTTY !== true && isRun;
  const kind = progressKind({ progress: own.progress, quiet, copies: true }, context);
  const show = kind === 'bar' ? (await import('../../display/sync/sync-bars.ts')).syncBars : syncPlain;
  const display = show({ printLines, debug, isSilent: kind === 'none' }, context);
  const events = isRun ? await openEvents(own.events, context, signal) : undefined;
  const shown = events === undefined ? display : withEvents(display, events, { ...context, debug });
  return {
    display: shown,
    [Symbol.asyncDispose]: async () => {
      shown.onEnd();
      await events?.close();
    },
  };
};

const syncContextOf = (
  line: CommandLine,
  context: Context,
  job: SyncJob,
  run: SyncRunTracker,
  display: SyncDisplay,
  { observer }: Pick<RunMetrics, 'observer'>,
  tools: RunTools,
  warn: (message: string) => void,
) => openSyncContext({ ...tools, line, context, job, run, observer, display, warn });

const NOT_COUNTED: RunMetrics = { observer: {}, end: async () => undefined, failed: false };

/** Prints what a run would do. */
const planParts = (line: CommandLine, context: Context): Parts => ({
  prepare: (signal) => readSync(line, context, signal),
  open: (_, tools) => openDisplay(line, context, false, tools),
  openMetrics: () => NOT_COUNTED,
  body: async ({ job, options }, { display }, metrics, tools) => {
    const tracker = new SyncRunTracker(runIdentityOf(job), context.clock, []);
    using syncContext = syncContextOf(line, context, job, tracker, display, metrics, tools, () => undefined);
    const plan = await planSync(job, syncContext, options);
    const exitCode = exitCodeOfPlan(plan);
    const text = line.own.json
      ? `${context.redactor.json(planJson(plan))}\n`
      : context.redactor.redact(renderPlan(plan));
    return {
      verdict: { exitCode, success: exitCode === EXIT.success },
      tell: () => {
        context.stdout.write(text);
        return exitCode;
      },
    };
  },
  onStartFailure: () => undefined,
});

/** Carries out the job. */
const runParts = (line: CommandLine, context: Context): Parts => ({
  prepare: (signal) => readSync(line, context, signal),
  open: (_, tools) => openDisplay(line, context, true, tools),
  openMetrics: (read, skopeo, extent) => openSession(line.own, context, skopeo, extent, read?.job.name),
  body: (read, { display }, metrics, tools) => execute(line, context, read, display, metrics, tools),
  onStartFailure: (read, failure, observer) => {
    const { clock } = context;
    const identity = read === undefined ? UNREAD : runIdentityOf(read.job).identity;
    reportStartFailure({ ...NAMELESS, identity }, failure, { clock, observers: [observer] });
  },
});

/** The value if all are equal; absent where they differ. */
const common = <T>([first, ...others]: readonly T[]): T | undefined =>
  others.every((one) => one === first) ? first : undefined;

/**
 * What a job is called while it runs: by its source if it has only one, and by the registry of its destinations if that
 * is one.
 */
export const runIdentityOf = ({ entries }: SyncJob): SyncRunIdentity => {
  const [first, ...others] = entries;
  const destinations = destinationSamples(entries);
  const registry = common(destinations.map((destination) => destination.registry));
  const sourceTransport = first?.source.kind === 'directory' ? 'dir' : 'docker';
  const sourceName = first !== undefined && others.length === 0 ? first.name : `${entries.length} sources`;
  return {
    identity: {
      operation: 'sync',
      sourceTransport,
      destinationTransport: common(destinations.map(({ transport }) => transport)) ?? 'docker',
    },
    sourceShort: `${sourceTransport}:${sourceName}`,
    destinationShort: registry === undefined ? '' : `docker:${registry}`,
  };
};

const UNREAD = { operation: 'sync', sourceTransport: 'unknown', destinationTransport: 'unknown' } as const;
const NAMELESS = { source: '', destination: '', sourceShort: '', destinationShort: '' };

const execute = async (
  line: CommandLine,
  context: Context,
  { job, options }: ReadSync,
  display: SyncDisplay,
  metrics: RunMetrics,
  tools: RunTools,
): Promise<RunEnd<number>> => {
  const tracker = new SyncRunTracker(runIdentityOf(job), context.clock, [metrics.observer]);
  let isStateLost = false;
  const warn = (message: string): void => {
    isStateLost = true;
    context.stderr.write(`skopeo-wrapper: warning: ${message}\n`);
  };
  using syncContext = syncContextOf(line, context, job, tracker, display, metrics, tools, warn);
  tracker.start();
  display.onStart(tracker);
  const report = await runSync(job, syncContext, options).catch((error: unknown) => {
    tracker.finish({ ...NOTHING_DONE, ...failedBy(error) });
    throw error;
  });
  display.onEnd();
  if (report === undefined) {
    tracker.finish(NOTHING_DONE);
    const verdict = { exitCode: EXIT.success, success: true, wasSkipped: true };
    return { verdict, tell: () => tellSkippedRun(job, line, context, tools.signal) };
  }
  const exitCode = exitCodeOfRun(report, tools.signal);
  tracker.finish({ ...resultOfReport(report), exitCode });
  return {
    verdict: { exitCode, success: exitCode === EXIT.success, ...defined({ cause: causeOfReport(report) }) },
    tell: async (isRecorded) => {
      const isTold = await tellReport({ ...report, exitCode }, line, context, tools.signal);
      const isKept = isTold && isRecorded && !(line.own.metricsStrict && isStateLost);
      return isKept || exitCode !== EXIT.success ? exitCode : EXIT.ioError;
    },
  };
};

/** The result of a run that found nothing to do. */
const NOTHING_DONE = {
  operation: 'sync',
  source: '',
  destination: '',
  outcome: 'success',
  exitCode: 0,
  transferredBytes: 0,
  blobs: [],
  durationSeconds: 0,
  attempts: 1,
} as const satisfies OperationResult;

const failedBy = (error: unknown): Pick<OperationResult, 'outcome' | 'exitCode' | 'errorType'> => {
  const { exitCode, errorType } =
    error instanceof WrapperError ? error : { exitCode: EXIT.failure, errorType: 'crashed' as const };
  return { outcome: 'error', exitCode, errorType };
};

/** For a run that was ended, the exit status says so, whatever was done until then. */
const exitCodeOfRun = (report: SyncReport, signal: AbortSignal): number => {
  const termination = terminationOf(signal);
  return termination && report.exitCode !== EXIT.success ? describeTermination(termination).exitCode : report.exitCode;
};
