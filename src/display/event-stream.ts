import { closeSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock, Context } from '../context.ts';
import { messageOf } from '../errors/system-error.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { openOutput, writeAll } from '../host/named-files.ts';
import { MAX_KEPT_BYTES, READER_STOPPED } from '../host/process-output.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { eventJson } from './event-json.ts';
import type { Renderer } from './renderer.ts';

/** The destination of the lines of `--events`. */
export interface EventsFile {
  write(line: string): void;
  /** May be called again. Resolves when the reader has everything that was written, or will never get it. */
  close(): Promise<void>;
}

type OnLost = (reason: string) => void;

const once = (act: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
};

/** Writes until an error of the file; the run itself goes on. Only the last line can be incomplete. */
const toRegularFile = (fd: number, onLost: OnLost): EventsFile => {
  let isLost = false;
  return {
    write: (line) => {
      if (isLost) return;
      try {
        isLost = writeSync(fd, line) < Buffer.byteLength(line);
        if (isLost) onLost('there was no space for a whole line');
      } catch (error) {
        isLost = true;
        onLost(messageOf(error));
      }
    },
    close: once(async () => closeSync(fd)),
  };
};

/** How long the end of a run waits for a reader that does not read. */
const PATIENCE_MS = 5_000;
/** How long it waits for any reader once the run was told to end, which has more to do than this. */
const LAST_PATIENCE_MS = 1_000;

/**
 * Keeps what a FIFO, a terminal or a device does not accept yet, so that only the end of the run waits for its reader.
 */
const toReader = (fd: number, onLost: OnLost, signal: AbortSignal, patienceMs: number): EventsFile => {
  const giveUp = new AbortController();
  const kept: string[] = [];
  let keptBytes = 0;
  let writing: Promise<void> | undefined;
  const lose = (reason: string): void => {
    if (giveUp.signal.aborted) return;
    giveUp.abort();
    onLost(reason);
  };
  const writeKept = async (): Promise<void> => {
    for (let line = kept.shift(); line !== undefined; line = kept.shift()) {
      const bytes = Buffer.from(line);
      await writeAll(fd, bytes, giveUp.signal);
      keptBytes -= bytes.length;
    }
    writing = undefined;
  };
  return {
    write: (line) => {
      if (giveUp.signal.aborted) return;
      kept.push(line);
      keptBytes += Buffer.byteLength(line);
      if (keptBytes > MAX_KEPT_BYTES) lose(READER_STOPPED);
      writing ??= writeKept().catch((error: unknown) => lose(messageOf(error)));
    },
    close: once(async () => {
      const stepMs = Math.min(patienceMs, LAST_PATIENCE_MS);
      let [leftBytes, stillMs] = [keptBytes, 0];
      const timer = setInterval(() => {
        stillMs = keptBytes === leftBytes ? stillMs + stepMs : 0;
        if (signal.aborted || stillMs >= patienceMs) lose(READER_STOPPED);
        leftBytes = keptBytes;
      }, stepMs);
      await writing;
      clearInterval(timer);
      closeSync(fd);
    }),
  };
};

/**
 * Opens the file of `--events`, `-` for stdout, and waits for the reader of a FIFO. If the disk is full later, or the
 * reader does not read, it warns once. Throws a usage error when the file cannot be opened, and the signal's reason
 * when the signal aborts.
 */
export const openEvents = async (
  path: string | undefined,
  { stdout, stderr, cwd }: Pick<Context, 'stdout' | 'stderr' | 'cwd'>,
  signal: AbortSignal,
  patienceMs: number = PATIENCE_MS,
): Promise<EventsFile | undefined> => {
  if (path === undefined) return undefined;
  if (path === '-') return { write: (line) => void stdout.write(line), close: async () => undefined };
  try {
    const { fd, status } = await openOutput(resolve(cwd, path), 'append', 0o640, signal);
    const onLost = (reason: string): void =>
      void stderr.write(`skopeo-wrapper: warning: --events: no more events in ${path}: ${reason}\n`);
    return status.isFile() ? toRegularFile(fd, onLost) : toReader(fd, onLost, signal, patienceMs);
  } catch (error) {
    signal.throwIfAborted();
    throw usageError(
      `--events: ${path} cannot be written: ${messageOf(error)}`,
      'Give a file in a directory you may write to.',
    );
  }
};

export interface EventStreamOptions {
  /** Called with whole lines. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /** The user asked for skopeo's debug output; otherwise only the wrapper uses it. */
  readonly debug: boolean;
  readonly redactor: Redactor;
  /** The number of the copy that the events are about, if there are many. */
  readonly copy?: number;
}

/** Writes every event as one JSON line, with its time. */
export const eventStream = ({ write, clock, debug, redactor, copy }: EventStreamOptions): Renderer => ({
  onEvent: (event) => {
    if (event.type === 'log' && event.level === 'debug' && !debug) return;
    write(`${eventJson(event, new Date(clock.wallMs()), redactor, copy)}\n`);
  },
});
