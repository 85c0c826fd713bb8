import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as promises from 'node:fs/promises';

/** The operations of a file system that local destinations need. */
export type Files = Pick<
  typeof promises,
  'link' | 'lstat' | 'mkdir' | 'mkdtemp' | 'open' | 'readdir' | 'readFile' | 'realpath' | 'rename' | 'rmdir' | 'unlink'
>;

/** `taken`: by us; `held`: by another process; `unusable`: the system or the file system has no such locks. */
export type LockAnswer = 'taken' | 'held' | 'unusable';

/** What writing to a local destination needs from the system. */
export interface DestinationContext {
  readonly files: Files;
  /** Locks an open file or directory until its descriptor is closed, at the latest when this process ends. */
  readonly lock: (descriptor: number, mode: 'wait' | 'try', signal: AbortSignal) => Promise<LockAnswer>;
}

const HELD_STATUS = 75;

const statusOf = async (child: ChildProcess): Promise<number | null> => {
  try {
    const [status] = await once(child, 'exit');
    return status;
  } catch {
    return null;
  }
};

/**
 * The kernel's lock of an open file (flock(2)), which Node does not offer. flock(1) of util-linux or busybox takes it
 * for the descriptor that it inherits, and the lock stays when flock(1) has ended. It needs no extra file, belongs to
 * device and inode whatever the path is called, works between users and containers, and ends with this process however
 * that ends.
 */
const flock: DestinationContext['lock'] = async (descriptor, mode, signal) => {
  const wait = mode === 'try' ? ['-n'] : [];
  const child = spawn('flock', ['-x', ...wait, '-E', String(HELD_STATUS), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const status = await statusOf(child);
  signal.removeEventListener('abort', stop);
  if (status === 0) return 'taken';
  return status === HELD_STATUS ? 'held' : 'unusable';
};

/** The file system and the locks of this host. */
export const hostContext: DestinationContext = { files: promises, lock: flock };
