import { hash } from 'node:crypto';
import { join } from 'node:path';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { type JobLock, takeJobLock } from '../job-lock.ts';

/**
 * Waits until no other process writes to the OCI layout at `path`, an absolute one: skopeo reads the layout's index, adds
 * the image and writes it, so that of two at once one image is lost without a word. Only processes that share `directory`
 * see each other; absent where no lock can be had there, since a copy goes on without state.
 */
export const lockLayout = async (
  directory: string,
  path: string,
  signal: AbortSignal,
): Promise<JobLock | undefined> => {
  try {
    return await takeJobLock(join(directory, 'layouts'), hash('sha256', path), 'wait', signal);
  } catch (error) {
    if (error instanceof WrapperError) return undefined;
    throw error;
  }
};
