import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../../context.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';

/** A pipe whose writing end becomes a stream of one child. */
export interface Pipe {
  readonly writerFd: number;
  readonly reader: Socket;
  /** Call this right after the spawn: while we hold that end, we cannot notice the end of the child. */
  closeWriter(): void;
}

/** Only a safety limit. */
const MKFIFO_TIMEOUT_MS = 60_000;

/** Opens both ends. The reading end comes first, since nobody may write to a FIFO without a reader. */
const openEnds = (path: string): readonly [reader: number, writer: number] => {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return [reader, openSync(path, constants.O_WRONLY)];
  } catch (error) {
    closeSync(reader);
    throw error;
  }
};

/**
 * A real pipe. For `pipe` Node gives children a socket, which no process can open by the name `/dev/stderr` (ENXIO): a
 * credential helper that writes there would fail. Node cannot make a pipe, but it can open a FIFO, which is removed at
 * once. Undefined if this is not possible (no mkfifo, no place to write to).
 */
export const openPipe = (env: Env): Pipe | undefined => {
  let directory: string | undefined;
  try {
    directory = makeTemporaryDirectory(env.TMPDIR || tmpdir(), 'pipe');
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path], { env, stdio: 'ignore', timeout: MKFIFO_TIMEOUT_MS });
    const [reader, writerFd] = openEnds(path);
    return {
      writerFd,
      reader: new Socket({ fd: reader, readable: true, writable: false }),
      closeWriter: () => closeSync(writerFd),
    };
  } catch {
    return undefined;
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
};
