import { basename, dirname, join, resolve } from 'node:path';
import { errorCode } from '../errors/system-error.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import type { Files } from './destination-context.ts';

/** File systems of the kernel, which contain devices and processes. */
const OUT_OF_BOUNDS = ['/dev', '/proc', '/sys'];

/**
 * The refusal to write to a path that holds something else than an image, or where nothing may be staged, with the
 * reason.
 */
export const conflict = (path: string, reason: string): WrapperError =>
  new WrapperError(`refusing to overwrite ${path}, which ${reason}`, {
    errorType: 'destination_conflict',
    exitCode: EXIT.failure,
    next: 'Remove it, or choose another destination.',
  });

export const isOutOfBounds = (path: string): boolean =>
  OUT_OF_BOUNDS.some((root) => path === root || path.startsWith(`${root}/`));

/** The path without links and dots, as far as it exists. */
export const fullPath = async (files: Files, path: string): Promise<string> => {
  const absolute = resolve(path);
  try {
    return await files.realpath(absolute);
  } catch (error) {
    if (absolute === dirname(absolute) || !['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error))) throw error;
    return join(await fullPath(files, dirname(absolute)), basename(absolute));
  }
};

/**
 * Refuses paths below the kernel's own file systems: there nothing is ever staged, renamed or removed.
 * @throws WrapperError `destination_conflict` for such a path, whatever its spelling.
 */
export const refuseOutOfBounds = async (files: Files, path: string): Promise<void> => {
  if (isOutOfBounds(resolve(path)) || isOutOfBounds(await fullPath(files, path)))
    throw conflict(path, 'lies on a file system of the kernel: an image is put into place there by nobody');
};
