import { defined } from '../../../defined.ts';
import { JOB_NAME, OTHER } from '../../contract/definition.ts';
import { decodeSeriesKey, seriesKeyOf } from '../../registry/series-key.ts';
import { type FinishedRun, runSubjectOf } from '../../run-history.ts';
import type { JobFacts, Totals } from '../../view.ts';
import type { RunRecord } from '../files/run-record.ts';

/** A job is dropped this long after its last run. */
const JOB_RETENTION_SECONDS = 30 * 24 * 3600;

/** The exit status that a shell reports for SIGKILL; used for every run that ended without a result. */
const KILLED_EXIT_CODE = 137;

const JOB_RUNS = 'skopeo_job_runs_total';

/** One run of a job: its facts, and whether it counts as a success. */
export interface JobRun {
  readonly facts: JobFacts;
  readonly success: boolean;
}

/** When and how a run ended; a dead one ended at its last heartbeat. */
const endOf = ({ outcome, started, heartbeat }: RunRecord) => ({
  endedSeconds: heartbeat.wallMs / 1000,
  durationSeconds: outcome?.durationSeconds ?? Math.max(0, heartbeat.monotonicMs - started.monotonicMs) / 1000,
  exitCode: outcome?.exitCode ?? KILLED_EXIT_CODE,
});

/** What a finished run says about its job; a dead run failed at its last heartbeat. Undefined: the run has no job. */
export const jobRunOf = (record: RunRecord): JobRun | undefined => {
  const { job, outcome } = record;
  if (job === undefined) return undefined;
  const { endedSeconds, durationSeconds, exitCode } = endOf(record);
  const success = outcome?.success ?? false;
  const facts = {
    jobName: job.name,
    lastSuccessSeconds: success ? endedSeconds : 0,
    lastFailureSeconds: success ? 0 : endedSeconds,
    lastRunSeconds: endedSeconds,
    lastDurationSeconds: durationSeconds,
    lastExitCode: exitCode,
    maxAgeSeconds: job.maxAgeSeconds,
  };
  return { facts, success };
};

const KILLED = { errorType: 'crashed', message: 'it ended without a word: killed, or the host went down' } as const;

/** A finished run as the history shows it. Undefined: it left the work to another run, or did none. */
export const finishedRunOf = (record: RunRecord): FinishedRun | undefined => {
  const { job, outcome, live } = record;
  const [first] = live;
  const subject = outcome === undefined ? first && runSubjectOf(first) : outcome.subject;
  if (job === undefined && subject === undefined) return undefined;
  const cause = outcome === undefined ? KILLED : outcome.cause;
  return { ...defined({ jobName: job?.name, subject, cause }), ...endOf(record) };
};

/** The counter of one run of a job. */
export const jobRunTotals = ({ facts, success }: JobRun): Totals => ({
  counters: {
    [JOB_RUNS]: { [seriesKeyOf(JOB_RUNS, { job_name: facts.jobName, status: success ? 'success' : 'error' })]: 1 },
  },
  histograms: {},
});

/** The same run under the name by which it is counted: its own for the first hundred jobs, else `_other`. */
export const nameJobRuns = (known: readonly JobFacts[], runs: readonly JobRun[]): readonly JobRun[] => {
  const names = new Set(known.map(({ jobName }) => jobName));
  names.delete(OTHER);
  const inOrder = runs.toSorted((a, b) => a.facts.lastRunSeconds - b.facts.lastRunSeconds);
  return inOrder.map((run) => {
    const { jobName } = run.facts;
    if (names.has(jobName)) return run;
    if (names.size >= JOB_NAME.limit) return { ...run, facts: { ...run.facts, jobName: OTHER } };
    names.add(jobName);
    return run;
  });
};

/** Combines facts of the same job from several runs: latest success and failure, and the rest from the latest run. */
export const mergeJobs = (facts: Iterable<JobFacts>): readonly JobFacts[] => {
  const byName = new Map<string, JobFacts>();
  for (const next of facts) {
    const known = byName.get(next.jobName);
    byName.set(next.jobName, known === undefined ? next : mergeFacts(known, next));
  }
  return [...byName.values()];
};

const mergeFacts = (a: JobFacts, b: JobFacts): JobFacts => ({
  ...(b.lastRunSeconds >= a.lastRunSeconds ? b : a),
  lastSuccessSeconds: Math.max(a.lastSuccessSeconds, b.lastSuccessSeconds),
  lastFailureSeconds: Math.max(a.lastFailureSeconds, b.lastFailureSeconds),
});

/** Leaves out jobs without a run in the last thirty days. */
export const currentJobs = (jobs: readonly JobFacts[], nowSeconds: number): readonly JobFacts[] =>
  jobs.filter(({ lastRunSeconds }) => nowSeconds - lastRunSeconds < JOB_RETENTION_SECONDS);

/** The runs of `jobs` and those without a name; a job that is not counted by its name is `_other`. */
export const withoutOtherRuns = (runs: readonly FinishedRun[], jobs: readonly JobFacts[]): readonly FinishedRun[] => {
  const names = new Set(jobs.map(({ jobName }) => jobName));
  return runs.flatMap((run) => {
    if (run.jobName === undefined || names.has(run.jobName)) return run;
    return names.has(OTHER) ? { ...run, jobName: OTHER } : [];
  });
};

/** Leaves out the run counts of jobs that are not in `jobs`. */
export const withoutOtherJobs = (totals: Totals, jobs: readonly JobFacts[]): Totals => {
  const runs = totals.counters[JOB_RUNS];
  if (runs === undefined) return totals;
  const names = new Set(jobs.map(({ jobName }) => jobName));
  const kept = Object.entries(runs).filter(([key]) => names.has(decodeSeriesKey(key)[0] ?? ''));
  return { ...totals, counters: { ...totals.counters, [JOB_RUNS]: Object.fromEntries(kept) } };
};
