import { constants, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { errorCode } from '../errors/system-error.ts';
import { after } from './timers.ts';

/** Why output is lost whose reader is there and takes nothing. */
export const READER_STOPPED = 'its reader takes nothing';

/** The most that is kept for such a reader. */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** How soon a reader that takes nothing is tried again: at first, and later. */
const [FIRST_POLL_MS, LATER_POLL_MS] = [1, 20];

/** The errors of a pipe whose reader has gone, and of a terminal that was closed. */
const READER_GONE_CODES: ReadonlySet<string> = new Set(['EPIPE', 'EIO']);

/** A pipe, a socket or a terminal: the part of libuv's handle that Node shows, but does not document. */
interface Handle {
  readonly fd: number;
  setBlocking(isBlocking: boolean): number;
}

const handleOf = (stream: Writable): Handle | undefined =>
  '_handle' in stream ? ((stream._handle as Handle | null) ?? undefined) : undefined;

/** An open file of our own behind a descriptor; none for a socket, and for a terminal or pipe of another user (`su`). */
const reopen = (fd: number): number | undefined => {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
};

/**
 * Writes what is accepted at once, and returns how many bytes that were. An open file that others have as well is not
 * left with O_NONBLOCK: they would fail (skopeo when it reads a password from the terminal).
 */
const writerFor = (handle: Handle): ((bytes: Buffer) => number) => {
  const own = reopen(handle.fd);
  if (own !== undefined) return (bytes) => writeSync(own, bytes);
  return (bytes) => {
    handle.setBlocking(false);
    try {
      return writeSync(handle.fd, bytes);
    } finally {
      handle.setBlocking(true);
    }
  };
};

const acceptedOf = (write: (bytes: Buffer) => number, bytes: Buffer): number => {
  try {
    return write(bytes);
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return 0;
    throw error;
  }
};

/**
 * Lets a reader that takes nothing (Ctrl-S, a window that hangs, a pipe that is full) hold up nothing else. Node waits in
 * the kernel until a terminal has taken everything, and for a pipe as well once a child has got it; it hears neither
 * signals nor timers meanwhile.
 */
const neverWait = (stream: Writable, handle: Handle): void => {
  const writeNow = writerFor(handle);
  const write = (bytes: Buffer, done: (error?: Error | null) => void, pollMs = FIRST_POLL_MS): void => {
    try {
      const accepted = acceptedOf(writeNow, bytes);
      const nextMs = accepted > 0 ? FIRST_POLL_MS : Math.min(LATER_POLL_MS, pollMs * 2);
      if (accepted === bytes.length) done();
      else setTimeout(write, pollMs, bytes.subarray(accepted), done, nextMs);
    } catch (error) {
      done(error as Error);
    }
  };
  stream._write = (chunk, encoding, done) => write(Buffer.from(chunk, encoding), done);
  Object.assign(stream, { _writev: undefined });
};

/**
 * An output of this process. Whatever becomes of its reader, writing to the stream holds up nothing and never fails: a
 * reader that has gone (`| head`, a closed terminal) gets nothing more, and what a full disk or a reader that takes
 * nothing does not accept is lost.
 */
export class ProcessOutput {
  readonly #stream: Writable;
  readonly #write: (text: string, done: () => void) => void;
  #lost: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    const handle = handleOf(stream);
    if (handle !== undefined) neverWait(stream, handle);
    this.#noticeErrors();
    this.#write = stream.write.bind(stream);
    this.#limitKept();
  }

  /** Why the first part that was lost is lost; absent as long as nothing is. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Whether everything that was written has left the process, or is lost. */
  get isFlushed(): boolean {
    return this.#stream.writableLength === 0;
  }

  /** Resolves when everything that was written has left the process, or will never do, at the latest after `ms`. */
  async flush(ms: number): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#lost ??= new Error(READER_STOPPED);
      resolve();
    };
    using _ = ms === Infinity ? undefined : after(ms, giveUp);
    this.#write('', resolve);
    await over;
  }

  #noticeErrors(): void {
    const write = this.#stream._write.bind(this.#stream);
    this.#stream._write = (chunk, encoding, done) =>
      write(chunk, encoding, (error?: Error | null) => {
        if (!error || READER_GONE_CODES.has(errorCode(error))) return done(error);
        this.#lost ??= error;
        done();
      });
    this.#stream.on('error', (error) => {
      if (!READER_GONE_CODES.has(errorCode(error))) throw error;
    });
  }

  #limitKept(): void {
    this.#stream.write = (...written: unknown[]) => {
      if (this.#stream.writableLength <= MAX_KEPT_BYTES) return Reflect.apply(this.#write, undefined, written);
      this.#lost ??= new Error(READER_STOPPED);
      const done = written.at(-1);
      if (typeof done === 'function') queueMicrotask(() => done());
      return false;
    };
  }
}
