import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { waitFor } from './wait-for.ts';

/** Makes a FIFO, and returns its path. */
export const makeFifo = (path: string): string => {
  execFileSync('mkfifo', [path]);
  return path;
};

/** The end of a FIFO at which a test reads; made before anybody writes. */
export interface FifoReader extends Disposable {
  /** What has arrived so far. */
  read(): string;
}

/** Opens a FIFO for reading without waiting for a writer. */
export const openFifoReader = (path: string): FifoReader => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(64 * 1024);
  let text = '';
  const readMore = (): boolean => {
    try {
      const bytes = readSync(fd, buffer);
      text += buffer.toString('utf8', 0, bytes);
      return bytes > 0;
    } catch {
      return false; // EAGAIN: nothing yet
    }
  };
  return {
    read: () => {
      while (readMore());
      return text;
    },
    [Symbol.dispose]: () => closeSync(fd),
  };
};

/** Whether somebody has a FIFO open for reading. */
export const hasReader = (path: string): boolean => {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
};

/** Waits until what a reader has got holds that text. */
export const arrived = (reader: FifoReader, text: string): Promise<unknown> =>
  waitFor(`${text} in a FIFO`, () => reader.read().includes(text));
