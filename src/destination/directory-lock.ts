import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../errors/system-error.ts';
import type { DestinationEffects } from './effects.ts';

/**
 * Waits until no other run of ours writes to a directory, and keeps them out until it is disposed of. Absent where such
 * locks cannot be had, or when `signal` ends the waiting: a copy goes on without.
 */
export const lockDirectory = async (
  path: string,
  signal: AbortSignal,
  { files, lock }: DestinationEffects,
): Promise<AsyncDisposable | undefined> => {
  const directory = await files.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const answer = await lock(directory.fd, 'wait', signal).catch(() => 'unusable');
  if (answer === 'taken') return directory;
  await directory.close();
  return undefined;
};

/** Makes a directory and its parents; tells whether it is new, and removes it again if it is and nothing came of it. */
export const makeDirectory = async (
  path: string,
  { files }: Pick<DestinationEffects, 'files'>,
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
