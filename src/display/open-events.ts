import { closeSync, openSync, writeSync } from 'node:fs';
import type { Context } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';

/** Where the lines of `--events` go. */
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Writes until the file takes no more: what is measured must not end for that, and half a line is the last one. */
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
 * Opens the file of `--events`, `-` for stdout; a disk that fills up later is warned of once. Throws a usage error when it
 * cannot be opened.
 */
export const openEvents = (
  path: string | undefined,
  { stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>,
): EventsFile | undefined => {
  if (path === undefined) return undefined;
  if (path === '-') return { write: (line) => void stdout.write(line), close: () => undefined };
  try {
    const fd = openSync(path, 'a', 0o640);
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
