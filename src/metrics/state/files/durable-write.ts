import { randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, fdatasyncSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_FILE_MODE, TEMPORARY_PREFIX } from './state-directory.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

/** A new file under a temporary name, open for writing. */
export interface TemporaryFile {
  readonly fd: number;
  readonly path: string;
}

/** Makes a file with a name that nobody takes for a complete one; readable for the group whatever the umask. */
export const openTemporary = (directory: string): TemporaryFile => {
  const path = join(directory, `${TEMPORARY_PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
  const fd = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, STATE_FILE_MODE);
  fchmodSync(fd, STATE_FILE_MODE);
  return { fd, path };
};

/** Writes a temporary file and flushes it to disk; returns its path. On an error nothing stays behind. */
export const writeTemporary = (directory: string, content: string): string => {
  const { fd, path } = openTemporary(directory);
  try {
    writeFully(fd, Buffer.from(content), 0);
    fdatasyncSync(fd);
    return path;
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
};

/** pwrite(2) until everything is written. */
export const writeFully = (fd: number, bytes: Buffer, position: number): void => {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(fd, bytes, written, bytes.length - written, position + written);
  }
};

/** Flushes the names in a directory to disk: without this a power cut would lose a new file. */
export const flushDirectory = (directory: string): void => {
  const fd = openSync(directory, O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};
