import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../errors/system-error.ts';
import type { DestinationContext, LockAnswer } from './destination-context.ts';

/** How to wait for another run. */
export interface Patience {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Called when another run has had the lock for a second, so that the user knows why nothing happens. */
  readonly onWait?: () => void;
}

const NOTICE_MS = 1_000;

const take = async (
  descriptor: number,
  { signal, onWait }: Patience,
  lock: DestinationContext['lock'],
): Promise<LockAnswer> => {
  const answer = await lock(descriptor, 'try', signal);
  if (answer !== 'held') return answer;
  const notice = setTimeout(() => onWait?.(), NOTICE_MS);
  try {
    return await lock(descriptor, 'wait', signal);
  } finally {
    clearTimeout(notice);
  }
};

/**
 * Waits until no other run of ours writes to a directory, and keeps other runs out until it is disposed of. Absent if
 * such locks do not exist here, or if the waiting is ended: then a copy goes on without a lock.
 */
export const lockDirectory = async (
  path: string,
  patience: Patience,
  { files, lock }: DestinationContext,
): Promise<AsyncDisposable | undefined> => {
  const directory = await files.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const answer = await take(directory.fd, patience, lock).catch(() => 'unusable');
  if (answer === 'taken') return directory;
  await directory.close();
  return undefined;
};

/** Makes a directory and its parents; tells whether it is new, and removes a new one again if nothing was put there. */
export const makeDirectory = async (
  path: string,
  { files }: Pick<DestinationContext, 'files'>,
): Promise<{ readonly removeIfEmpty: () => Promise<void> }> => {
  await files.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const isNew = await files.mkdir(path, { mode: 0o755 }).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    },
  );
  return {
    removeIfEmpty: async () => {
      if (isNew) await files.rmdir(path).catch(() => undefined);
    },
  };
};
