import * as z from 'zod';
import type { LiveOperation } from '../tracking/live-operation.ts';
import { ERROR_TYPES, OPERATIONS } from '../tracking/vocabulary.ts';

/** The last runs that are kept of each job. */
const RUNS_PER_JOB = 10;
/** The last runs that are kept of all those without a job name. */
const NAMELESS_RUNS = 20;
/** What is kept of a message or of a next step, in characters. */
const MAX_TEXT = 500;

const text = z.string().max(MAX_TEXT);
const amount = z.number().nonnegative();
/** Names of jobs and short references have 64 characters, which may be two of UTF-16 each. */
const name = z.string().max(128);

/** Why a run failed. A class that this version does not know is read as `unknown`. */
export const failureCauseSchema = z.object({
  errorType: z.enum(ERROR_TYPES).catch('unknown'),
  message: text,
  next: text.exactOptional(),
  /** Images of a sync run that failed. */
  failedImages: amount.exactOptional(),
});
export type FailureCause = Readonly<z.infer<typeof failureCauseSchema>>;

/** What a run was about: its operation and the short references that metrics have. */
export const runSubjectSchema = z.object({
  operation: z.enum(OPERATIONS),
  sourceShort: name,
  destinationShort: name,
});
export type RunSubject = Readonly<z.infer<typeof runSubjectSchema>>;

/** What a process is about whose first operation this is. */
export const runSubjectOf = ({ operation, sourceShort, destinationShort }: LiveOperation): RunSubject => ({
  operation,
  sourceShort,
  destinationShort,
});

export const finishedRunSchema = z.object({
  jobName: name.exactOptional(),
  subject: runSubjectSchema.exactOptional(),
  endedSeconds: amount,
  durationSeconds: amount,
  exitCode: z.int().min(0).max(255),
  cause: failureCauseSchema.exactOptional(),
});
/** A run that has ended, as the history keeps it. Wall-clock seconds; `cause` only if it failed. */
export type FinishedRun = Readonly<z.infer<typeof finishedRunSchema>>;

/** A cause whose texts are short enough for the history. */
export const shortCause = ({ message, next, ...rest }: FailureCause): FailureCause => ({
  ...rest,
  message: cutText(message),
  ...(next === undefined ? {} : { next: cutText(next) }),
});

const cutText = (whole: string): string => (whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT - 1)}…` : whole);

const limitOf = ({ jobName }: FinishedRun): number => (jobName === undefined ? NAMELESS_RUNS : RUNS_PER_JOB);

/**
 * The runs that the history keeps, latest first. The last runs of parts of a history give the last runs of all of it, in
 * whatever order they are put together.
 */
export const lastRuns = (runs: readonly FinishedRun[]): readonly FinishedRun[] => {
  const counts = new Map<string | undefined, number>();
  return runs
    .toSorted((a, b) => b.endedSeconds - a.endedSeconds)
    .filter((run) => {
      const count = (counts.get(run.jobName) ?? 0) + 1;
      counts.set(run.jobName, count);
      return count <= limitOf(run);
    });
};
