import { statSync } from 'node:fs';
import { join } from 'node:path';

/** A job that has a name cannot be called so: names of jobs have no `+`. */
const WITHOUT_NAME = '+unnamed';

/**
 * Where this user's jobs keep their locks and memories. A state directory that several users share has one for its owner
 * and one for each of the others: none of them may write, or believe, what is another's.
 */
export const syncDirectory = (stateDirectory: string): string => {
  const uid = process.geteuid?.() ?? 0;
  const owner = statSync(stateDirectory, { throwIfNoEntry: false })?.uid ?? uid;
  return join(stateDirectory, owner === uid ? 'sync' : `sync-${uid}`);
};

/** The memory of a job; all runs without a name share one. */
export const memoryPath = (directory: string, job: string | undefined): string =>
  join(directory, `${job ?? WITHOUT_NAME}.json`);

/** One name for the lock of a job, or of a part of it, which no other job's lock can have. */
export const lockName = (job: string, part?: string): string => (part === undefined ? job : `${job}+${part}`);
