import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../errors/system-error.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** The owner and the mode of a file, and by how many names it is known. */
interface FileOwner {
  readonly uid: number;
  readonly mode: number;
  readonly names: number;
}

/** What became of an attempt to read a file that somebody else may have put there. */
type BoundedRead =
  | ({ readonly kind: 'content'; readonly bytes: Buffer; readonly modifiedMs: number } & FileOwner)
  | { readonly kind: 'vanished' }
  /** Not a regular file, or larger than it can be. */
  | { readonly kind: 'refused'; readonly reason: string; readonly modifiedMs: number }
  | { readonly kind: 'unreadable'; readonly code: string };

const IRREGULAR = 'is no regular file';

/** What opening says of what is no file that can be read. */
const REASON_BY_CODE: Readonly<Record<string, string>> = {
  ELOOP: 'is a link',
  ENXIO: IRREGULAR,
  ENODEV: IRREGULAR,
  EISDIR: IRREGULAR,
};

/**
 * Reads a regular file of limited size, and never waits: not for the other end of a FIFO, nor for a device. Links are
 * followed only where `links` says so.
 */
export const readBounded = (path: string, maxBytes: number, links: 'refuse' | 'follow' = 'refuse'): BoundedRead => {
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NONBLOCK | (links === 'refuse' ? O_NOFOLLOW : 0));
  } catch (error) {
    return failedOpen(path, errorCode(error));
  }
  try {
    const stats = fstatSync(fd);
    const { uid, mode, nlink: names, mtimeMs: modifiedMs } = stats;
    if (!stats.isFile()) return { kind: 'refused', reason: IRREGULAR, modifiedMs };
    if (stats.size > maxBytes) return { kind: 'refused', reason: `is larger than ${maxBytes} bytes`, modifiedMs };
    return { kind: 'content', bytes: readAll(fd, stats.size), uid, mode, names, modifiedMs };
  } catch (error) {
    return { kind: 'unreadable', code: errorCode(error) };
  } finally {
    closeSync(fd);
  }
};

/** The bytes of a regular file, links followed; undefined for anything else. Never waits. */
export const readIfRegular = (path: string, maxBytes: number): Buffer | undefined => {
  const read = readBounded(path, maxBytes, 'follow');
  return read.kind === 'content' ? read.bytes : undefined;
};

const failedOpen = (path: string, code: string): BoundedRead => {
  if (code === 'ENOENT') return { kind: 'vanished' };
  const reason = REASON_BY_CODE[code];
  if (reason === undefined) return { kind: 'unreadable', code };
  const modifiedMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modifiedMs === undefined ? { kind: 'vanished' } : { kind: 'refused', reason, modifiedMs };
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
