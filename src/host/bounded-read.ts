import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { errorCode } from '../errors/system-error.ts';

/** What became of an attempt to read a file that somebody else may have put there. */
type BoundedRead =
  | { readonly kind: 'content'; readonly bytes: Buffer; readonly stats: Stats; readonly modifiedMs: number }
  | { readonly kind: 'vanished' }
  /** Not a regular file, or larger than anything of ours. */
  | { readonly kind: 'refused'; readonly reason: string; readonly modifiedMs: number }
  | { readonly kind: 'unreadable'; readonly code: string };

const NO_FILE = 'is no regular file';

const REFUSING: Readonly<Record<string, string>> = {
  ELOOP: 'is a link',
  ENXIO: NO_FILE,
  ENODEV: NO_FILE,
  EISDIR: NO_FILE,
};

/** Reads a regular file of limited size; never follows a link, never waits for the other end of a FIFO. */
export const readBounded = (path: string, maxBytes: number): BoundedRead => {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return failedOpen(path, errorCode(error));
  }
  try {
    const stats = fstatSync(fd);
    const reason = refusal(stats, maxBytes);
    if (reason !== undefined) return { kind: 'refused', reason, modifiedMs: stats.mtimeMs };
    return { kind: 'content', bytes: readAll(fd, stats.size), stats, modifiedMs: stats.mtimeMs };
  } catch (error) {
    return { kind: 'unreadable', code: errorCode(error) };
  } finally {
    closeSync(fd);
  }
};

const failedOpen = (path: string, code: string): BoundedRead => {
  if (code === 'ENOENT') return { kind: 'vanished' };
  const reason = REFUSING[code];
  if (reason === undefined) return { kind: 'unreadable', code };
  const modifiedMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modifiedMs === undefined ? { kind: 'vanished' } : { kind: 'refused', reason, modifiedMs };
};

const refusal = (stats: Stats, maxBytes: number): string | undefined => {
  if (!stats.isFile()) return NO_FILE;
  return stats.size > maxBytes ? 'is larger than anything of ours' : undefined;
};

const readAll = (fd: number, size: number): Buffer => {
  const buffer = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const read = readSync(fd, buffer, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
};
