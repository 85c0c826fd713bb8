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

/** Opens the file of `--events`, `-` for stdout. Throws a usage error when it cannot be opened. */
export const openEvents = (path: string | undefined, { stdout }: Pick<Context, 'stdout'>): EventsFile | undefined => {
  if (path === undefined) return undefined;
  if (path === '-') return { write: (line) => void stdout.write(line), close: () => undefined };
  try {
    const fd = openSync(path, 'a', 0o640);
    return { write: (line) => void writeSync(fd, line), close: once(() => closeSync(fd)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`--events: ${path} cannot be written: ${reason}`, 'Give a file in a directory you may write to.');
  }
};
