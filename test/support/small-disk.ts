import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mounts a file system of so many KiB at `path`, for a disk that is full or cannot be written. Needs root. */
export const mountSmallDisk = async (
  path: string,
  { sizeKiB, readOnly = false }: { sizeKiB: number; readOnly?: boolean },
): Promise<AsyncDisposable> => {
  await mkdir(path, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k${readOnly ? ',ro' : ''}`, 'tmpfs', path]);
  return { [Symbol.asyncDispose]: async () => void (await run('umount', ['--lazy', path])) };
};
