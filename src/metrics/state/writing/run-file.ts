import { closeSync, fdatasyncSync, fstatSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tryTo } from '../../../errors/system-error.ts';
import { flushDirectory, openTemporary, type TemporaryFile, writeFully } from '../files/durable-write.ts';
import { encodeRecord, pairFor, pairOffset, slotOffset } from '../files/slot-file.ts';

/** The open run file of this process. All methods throw the error of the system. */
export interface RunFile {
  readonly directory: string;
  readonly name: string;
  /** `seq` of the last record. */
  readonly seq: number;
  /** Writes the next record in place; needs new space only for a record that is larger than all before. */
  write(json: string): void;
  /** Flushes what was written to disk. */
  sync(): void;
  /** Whether the file was deleted: another process took this one for dead and folded it. */
  isDeleted(): boolean;
  close(): void;
}

interface NewRunFile {
  readonly directory: string;
  readonly name: string;
  readonly seq: number;
  readonly json: string;
}

/**
 * Makes a run file that is complete as soon as it can be seen, with all of its space allocated: zeros are written, not
 * skipped, so that later records have space on a full disk.
 */
export const createRunFile = ({ directory, name, seq, json }: NewRunFile): RunFile => {
  const record = encodeRecord({ seq, json });
  const pair = pairFor(record.length, 0);
  const file = openTemporary(directory);
  try {
    const bytes = Buffer.alloc(pairOffset(pair + 1));
    record.copy(bytes, slotOffset(pair, seq));
    writeFully(file.fd, bytes, 0);
    fdatasyncSync(file.fd);
    renameSync(file.path, join(directory, name));
    // A directory may accept files without being readable, and then cannot be synced.
    tryTo(() => flushDirectory(directory));
    return openRunFile(file.fd, { directory, name, seq }, pair);
  } catch (error) {
    discard(file);
    throw error;
  }
};

const openRunFile = (fd: number, { directory, name, seq }: Omit<NewRunFile, 'json'>, firstPair: number): RunFile => {
  let last = { seq, pair: firstPair };
  return {
    directory,
    name,
    get seq() {
      return last.seq;
    },
    write: (json) => {
      const record = encodeRecord({ seq: last.seq + 1, json });
      const next = { seq: last.seq + 1, pair: pairFor(record.length, last.pair) };
      if (next.pair > last.pair) grow(fd, last.pair, next.pair);
      writeFully(fd, record, slotOffset(next.pair, next.seq));
      last = next;
    },
    sync: () => fdatasyncSync(fd),
    isDeleted: () => fstatSync(fd).nlink === 0,
    close: () => closeSync(fd),
  };
};

const grow = (fd: number, from: number, to: number): void => {
  const start = pairOffset(from + 1);
  writeFully(fd, Buffer.alloc(pairOffset(to + 1) - start), start);
};

const discard = ({ fd, path }: TemporaryFile): void => {
  tryTo(() => closeSync(fd));
  tryTo(() => unlinkSync(path));
};
