import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock, Context } from '../context.ts';
import { messageOf } from '../errors/system-error.ts';
import { usageError } from '../errors/wrapper-error.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { eventJson } from './event-json.ts';
import type { Renderer } from './renderer.ts';

/** The destination of the lines of `--events`. */
export interface EventsFile {
  write(line: string): void;
  /** May be called again. */
  close(): void;
}

const once = (act: () => void): (() => void) => {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
};

/** Writes until an error of the file; the run itself goes on. Only the last line can be incomplete. */
const writerTo = (fd: number, onLost: (reason: string) => void): ((line: string) => void) => {
  let isLost = false;
  return (line) => {
    if (isLost) return;
    try {
      isLost = writeSync(fd, line) < Buffer.byteLength(line);
      if (isLost) onLost('there was no space for a whole line');
    } catch (error) {
      isLost = true;
      onLost(messageOf(error));
    }
  };
};

/**
 * Opens the file of `--events`, `-` for stdout; if the disk is full later, it warns once. Throws a usage error when it
 * cannot be opened.
 */
export const openEvents = (
  path: string | undefined,
  { stdout, stderr, cwd }: Pick<Context, 'stdout' | 'stderr' | 'cwd'>,
): EventsFile | undefined => {
  if (path === undefined) return undefined;
  if (path === '-') return { write: (line) => void stdout.write(line), close: () => undefined };
  try {
    const fd = openSync(resolve(cwd, path), 'a', 0o640);
    const onLost = (reason: string): void =>
      void stderr.write(`skopeo-wrapper: warning: --events: no more events in ${path}: ${reason}\n`);
    return { write: writerTo(fd, onLost), close: once(() => closeSync(fd)) };
  } catch (error) {
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
