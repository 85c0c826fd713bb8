import { close, constants, fstat, open, read, type Stats, stat, write } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { errorCode } from '../errors/system-error.ts';
import { wait } from './timers.ts';

// A file that a user names may be anything: a FIFO (`<(command)`), a terminal, a device. Opened without O_NONBLOCK it
// would hold up the event loop, or a thread of Node's pool, without which the process cannot even exit.
const { O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

const [openFd, closeFd, readFd, writeFd] = [promisify(open), promisify(close), promisify(read), promisify(write)];
const [statusOf, statusOfFd] = [promisify(stat), promisify(fstat)];

/** How often to check whether the other end is open, where the kernel does not report it. */
const POLL_MS = 20;

const CHUNK_BYTES = 256 * 1024;

/** Repeats a call as long as the other end is not open. Rejects with the signal's reason when the signal aborts. */
const whenReady = async <T>(act: () => Promise<T>, isNobodyThere: (error: unknown) => unknown, signal: AbortSignal) => {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(await isNobodyThere(error))) throw error;
    }
    await wait(POLL_MS, signal);
  }
};

const isWouldBlock = (error: unknown): boolean => errorCode(error) === 'EAGAIN';

/** The event loop reads a FIFO: only this shows whether a writer has not come yet or has gone. */
async function* chunksOfFifo(fd: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const socket = new Socket({ fd, readable: true, writable: false });
  const stop = (): void => void socket.destroy(new Error('ended'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    yield* socket;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

async function* chunksOfOther(fd: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await whenReady(() => readFd(fd, buffer, 0, CHUNK_BYTES, null), isWouldBlock, signal);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      signal.throwIfAborted();
    }
  } finally {
    await closeFd(fd);
  }
}

/**
 * The content of a file that a user names, whatever it is, in pieces; for a FIFO from its first writer to the end of
 * the last one. Throws errors of the system, and the signal's reason when the signal aborts.
 */
export async function* chunksOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const fd = await openFd(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  const isFifo = (await statusOfFd(fd)).isFIFO();
  try {
    yield* isFifo ? chunksOfFifo(fd, signal) : chunksOfOther(fd, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Reads a file that a user names, whatever it is, at most `maxBytes` of it. Throws as {@link chunksOf} does. */
export const readNamed = async (path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(path, signal)) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`it is larger than ${maxBytes / 1024 ** 2} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Errors of opening for writing: a FIFO that nobody reads cannot be opened yet, a socket never. */
const hasNoReader = async (path: string, error: unknown): Promise<boolean> =>
  errorCode(error) === 'ENXIO' && (await statusOf(path)).isFIFO();

/** A file that a user names, opened for writing. */
interface OpenOutput {
  /** Opened with O_NONBLOCK. */
  readonly fd: number;
  readonly status: Stats;
}

/**
 * Opens a file that a user names for writing, and waits for the reader of a FIFO. Throws errors of the system, and the
 * signal's reason when the signal aborts.
 */
export const openOutput = async (
  path: string,
  how: 'append' | 'replace',
  mode: number,
  signal: AbortSignal,
): Promise<OpenOutput> => {
  const flags = O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | (how === 'append' ? O_APPEND : O_TRUNC);
  const fd = await whenReady(
    () => openFd(path, flags, mode),
    (error) => hasNoReader(path, error),
    signal,
  );
  return { fd, status: await statusOfFd(fd) };
};

/**
 * Writes everything, however slowly it is accepted. Throws errors of the system, and the signal's reason when the
 * signal aborts.
 */
export const writeAll = async (fd: number, bytes: Buffer, signal: AbortSignal): Promise<void> => {
  let written = 0;
  while (written < bytes.length) {
    const offset = written;
    const { bytesWritten } = await whenReady(() => writeFd(fd, bytes, offset), isWouldBlock, signal);
    written += bytesWritten;
  }
};

/** Writes a file that a user names, whatever it is. Throws as {@link openOutput} and {@link writeAll} do. */
export const writeNamed = async (path: string, content: string, signal: AbortSignal): Promise<void> => {
  const { fd } = await openOutput(path, 'replace', 0o666, signal);
  try {
    await writeAll(fd, Buffer.from(content), signal);
  } finally {
    await closeFd(fd);
  }
};
