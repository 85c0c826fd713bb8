import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../context.ts';
import { defined } from '../../../defined.ts';
import { tryTo } from '../../../errors/system-error.ts';
import { TEMPORARY_PREFIX } from '../files/state-directory.ts';

const PROBE_EVERY_MS = 60_000;
/** The smallest size of a run file. */
const PROBE_BYTES = 8192;

interface ProbeResult {
  readonly writable: boolean;
  /** The space that a process without privileges may still use. */
  readonly freeBytes?: number;
}

/** Checks whether a directory accepts new files. */
export interface DirectoryProbe {
  /** Free space is read each time; writing is tried at most once a minute. */
  check(): ProbeResult;
}

/** A probe of one directory. */
export const createProbe = (directory: string, clock: Clock): DirectoryProbe => {
  let last: { atMs: number; writable: boolean } | undefined;
  return {
    check: () => {
      const nowMs = clock.monotonicMs();
      if (last === undefined || nowMs - last.atMs >= PROBE_EVERY_MS)
        last = { atMs: nowMs, writable: canWrite(directory) };
      const freeBytes = freeBytesOf(directory);
      return { writable: last.writable, ...defined({ freeBytes }) };
    },
  };
};

/** Whether a file of the size of a run file can be created in the directory. */
const canWrite = (directory: string): boolean => {
  const path = join(directory, `${TEMPORARY_PREFIX}probe-${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(path, Buffer.alloc(PROBE_BYTES), { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  } finally {
    tryTo(() => rmSync(path, { force: true }));
  }
};

const freeBytesOf = (directory: string): number | undefined => {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
};
