import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../errors/system-error.ts';
import { usageError } from '../errors/wrapper-error.ts';

/** A file that a run writes. */
export interface OutputFile {
  /** Its name on the command line, without dashes. */
  readonly flag: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * Refuses output files that cannot be written, so that this does not show only after hours of copying. Throws a usage
 * error.
 */
export const refuseUnwritable = async (files: readonly OutputFile[]): Promise<void> => {
  for (const { flag, path } of files) {
    const status = await stat(path).catch(() => undefined);
    const problem = status?.isDirectory()
      ? 'it is a directory'
      : await access(status === undefined ? dirname(path) : path, constants.W_OK).then(() => undefined, messageOf);
    if (problem !== undefined)
      throw usageError(`--${flag} ${path} cannot be written: ${problem}`, 'Name a file in a directory that exists.');
  }
};
