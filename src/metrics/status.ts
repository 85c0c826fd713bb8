import { defined } from '../defined.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import type { ErrorType, Operation, Step } from '../tracking/vocabulary.ts';
import type { FinishedRun } from './run-history.ts';
import type { JobFacts, LiveEntry, MetricsView } from './view.ts';

/**
 * The state of a job, worst first. `never_succeeded`: it ran, but never with success. `overdue`: its last success is
 * older than its `--job-max-age`. `failing`: its last run failed. `first_run`: it is running, and no finished run is
 * known.
 */
export const JOB_STATES = ['never_succeeded', 'overdue', 'failing', 'first_run', 'ok'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** A run that has ended. Times are Unix seconds; the last four are absent after a success. */
export interface RunStatus {
  readonly endedSeconds: number;
  readonly durationSeconds: number;
  readonly exitCode: number;
  /** Absent where the run ended before it was known. */
  readonly operation?: Operation;
  readonly source?: string;
  readonly destination?: string;
  readonly errorType?: ErrorType;
  readonly message?: string;
  readonly next?: string;
  readonly failedImages?: number;
}

/** A named job. Times are Unix seconds, absent: never. */
export interface JobStatus {
  readonly jobName: string;
  readonly state: JobState;
  /** Whether a run of it is in progress. */
  readonly running: boolean;
  readonly lastSuccessSeconds?: number;
  readonly lastFailureSeconds?: number;
  readonly lastRunSeconds?: number;
  readonly lastDurationSeconds?: number;
  readonly lastExitCode?: number;
  readonly maxAgeSeconds?: number;
  /** The last of its runs that failed, as far as the history goes back. */
  readonly lastFailure?: RunStatus;
  /** Latest first; only of jobs that were asked for. */
  readonly runs?: readonly RunStatus[];
}

/** An operation in progress. */
export interface OperationStatus {
  readonly operation: Operation;
  readonly source: string;
  readonly destination: string;
  readonly step: Step;
  readonly jobName?: string;
  readonly pid: number;
  readonly runningSeconds: number;
  /** Since the last progress. */
  readonly staleSeconds: number;
  /** 0 to 100; absent: unknown. */
  readonly percent?: number;
  readonly transferredBytes: number;
  readonly expectedBytes?: number;
  readonly throughputBytesPerSecond: number;
  readonly etaSeconds?: number;
  readonly queued?: number;
}

/** What `status` shows, as plain JSON. */
export interface StatusReport {
  /** By name. */
  readonly jobs: readonly JobStatus[];
  /** Longest running first. */
  readonly operations: readonly OperationStatus[];
  /** Runs without a job name, latest first; empty if jobs were asked for. */
  readonly recent: readonly RunStatus[];
  /** Jobs that were asked for and are not known. */
  readonly unknownJobs: readonly string[];
  /** 0: all is well. 1: a job fails, is overdue or never succeeded. 2: a job that was asked for is not known. */
  readonly exitCode: number;
}

const NEEDS_ATTENTION: readonly JobState[] = ['never_succeeded', 'overdue', 'failing'];

const stateOf = (facts: JobFacts, nowSeconds: number): JobState => {
  if (facts.lastSuccessSeconds === 0) return 'never_succeeded';
  if (nowSeconds - facts.lastSuccessSeconds > facts.maxAgeSeconds) return 'overdue';
  return facts.lastExitCode === 0 ? 'ok' : 'failing';
};

const runStatus = ({ jobName: _, subject, cause, ...run }: FinishedRun): RunStatus => ({
  ...run,
  ...(subject && {
    operation: subject.operation,
    source: subject.sourceShort,
    destination: subject.destinationShort,
  }),
  ...cause,
});

const jobStatus = (
  facts: JobFacts,
  running: boolean,
  nowSeconds: number,
  runs: readonly FinishedRun[],
  isAsked: boolean,
): JobStatus => ({
  jobName: facts.jobName,
  state: stateOf(facts, nowSeconds),
  running,
  ...(facts.lastSuccessSeconds === 0 ? {} : { lastSuccessSeconds: facts.lastSuccessSeconds }),
  ...(facts.lastFailureSeconds === 0 ? {} : { lastFailureSeconds: facts.lastFailureSeconds }),
  lastRunSeconds: facts.lastRunSeconds,
  lastDurationSeconds: facts.lastDurationSeconds,
  lastExitCode: facts.lastExitCode,
  maxAgeSeconds: facts.maxAgeSeconds,
  ...defined({ lastFailure: runs.filter(({ cause }) => cause !== undefined).map(runStatus)[0] }),
  ...(isAsked ? { runs: runs.map(runStatus) } : {}),
});

const operationStatus = ({ live, nowMs, pid, jobName }: LiveEntry): OperationStatus => {
  const { sourceShort, destinationShort, startedMs, lastProgressMs, blobsFinished: _, ...known } = live;
  const secondsSince = (ms: number): number => Math.max(0, nowMs - ms) / 1_000;
  return {
    ...known,
    source: sourceShort,
    destination: destinationShort,
    pid,
    runningSeconds: secondsSince(startedMs),
    staleSeconds: secondsSince(lastProgressMs),
    ...defined({ jobName }),
  };
};

const exitCodeOfStatus = (jobs: readonly JobStatus[], unknownJobs: readonly string[]): number => {
  if (unknownJobs.length > 0) return EXIT.notFound;
  return jobs.some(({ state }) => NEEDS_ATTENTION.includes(state)) ? EXIT.failure : EXIT.success;
};

/** The state of all jobs and running operations, or only of the jobs that were asked for. `nowSeconds` is Unix time. */
export const makeStatus = (view: MetricsView, askedJobs: readonly string[], nowSeconds: number): StatusReport => {
  const isAsked = (name: string | undefined): boolean =>
    askedJobs.length === 0 || (name !== undefined && askedJobs.includes(name));
  const live = view.live.filter(({ jobName }) => isAsked(jobName));
  const running = new Set(live.map(({ jobName }) => jobName).filter((name) => name !== undefined));
  const known = new Set(view.jobs.map(({ jobName }) => jobName));
  const history = view.history ?? [];
  const runsOf = (name: string | undefined) => history.filter(({ jobName }) => jobName === name);
  const firstRuns = [...running].filter((name) => !known.has(name));
  const jobs: JobStatus[] = [
    ...view.jobs
      .filter(({ jobName }) => isAsked(jobName))
      .map((facts) => {
        const { jobName } = facts;
        return jobStatus(facts, running.has(jobName), nowSeconds, runsOf(jobName), askedJobs.length > 0);
      }),
    ...firstRuns.map((jobName): JobStatus => ({ jobName, state: 'first_run', running: true })),
  ];
  const unknownJobs = [...new Set(askedJobs)].filter((name) => !known.has(name) && !running.has(name));
  return {
    jobs: jobs.toSorted((a, b) => (a.jobName < b.jobName ? -1 : 1)),
    operations: live.map(operationStatus).toSorted((a, b) => b.runningSeconds - a.runningSeconds),
    recent: askedJobs.length > 0 ? [] : runsOf(undefined).map(runStatus),
    unknownJobs,
    exitCode: exitCodeOfStatus(jobs, unknownJobs),
  };
};
