import { randomUUID } from 'node:crypto';
import { lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../context.ts';
import { errorCode } from '../../errors/system-error.ts';
import { EXIT, usageError, WrapperError } from '../../errors/wrapper-error.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import { type Lock, tryLock } from './lock.ts';

/** The file's name in a directory of node_exporter's textfile collector. */
const TEXTFILE_NAME = 'skopeo_wrapper.prom';

const kindOf = async (path: string): Promise<'directory' | 'other' | 'missing'> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'missing';
  return stats.isDirectory() ? 'directory' : 'other';
};

/** Every page of ours has a name that begins so in its first lines. */
const OWN_NAMES = 'skopeo_';
const LOOKED_AT_BYTES = 64 * 1024;

/** Whether somebody else's metrics are in a file: ours would replace them. */
const isForeign = async (path: string): Promise<boolean> => {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile() || found.size === 0) return false;
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(LOOKED_AT_BYTES) });
  return !buffer.toString('latin1', 0, bytesRead).includes(OWN_NAMES);
};

/**
 * The textfile that `PATH` means: a directory, or a file that ends in `.prom` (node_exporter reads no others). Throws a
 * usage error if it is neither, if its directory does not exist, or if it holds metrics of others.
 */
export const resolveTextfilePath = async (path: string): Promise<string> => {
  if ((await kindOf(path)) === 'directory') return join(path, TEXTFILE_NAME);
  if (!path.endsWith('.prom')) {
    throw usageError(
      `textfile ${path}: neither a directory that exists nor a file name that ends in .prom`,
      `Create the directory, or name a file such as ${join(path, TEXTFILE_NAME)}.`,
    );
  }
  const directory = dirname(path);
  if (await isForeign(path).catch(() => false))
    throw usageError(`textfile ${path}: it holds metrics of others`, 'Name another file, or move this one away.');
  if ((await kindOf(directory)) === 'directory') return path;
  throw usageError(
    `textfile ${path}: the directory ${directory} does not exist`,
    "Create it, or name the directory that node_exporter's --collector.textfile.directory names.",
  );
};

/** `busy`: another process holds the lock; the page that it writes, or the next one, is as good as ours. */
type WriteOutcome = 'written' | 'busy';

/** A page for node_exporter that many processes write. */
export interface Textfile {
  readonly path: string;
  /**
   * Replaces the file with the result of `render`. This is called under the lock, so what it reads is never older than
   * what the file shows, and no counter in the file ever falls. Waits for the lock at most `waitMs` (0 by default: not
   * at all). Throws a {@link WrapperError} if the file cannot be written, and errors of `render`; the old file then
   * stays.
   */
  write(render: () => Promise<string>, options?: { readonly waitMs?: number }): Promise<WriteOutcome>;
}

/** How long the end of a run may wait for other writers; a heartbeat does not wait. */
export const FINAL_WAIT_MS = 2_000;

const POLL_MS = 20;
const STALE_AFTER_MS = 3_600_000;
const READABLE_BY_ALL = 0o644;

/** Hidden, and without the ending `.prom`: node_exporter reads hidden files too. */
const hidden = (path: string, suffix: string): string => join(dirname(path), `.${basename(path)}.${suffix}`);

const writeBeside = async (temporary: string, content: string): Promise<void> => {
  await using file = await open(temporary, 'wx', READABLE_BY_ALL);
  await file.chmod(READABLE_BY_ALL);
  await file.writeFile(content);
  await file.sync();
};

/** A rename would destroy a device, a pipe or a link of that name. */
const refuseForeign = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isFile() || found.isDirectory()) return; // rename itself refuses a directory
  throw new WrapperError(`cannot write textfile ${path}: it is no file`, {
    errorType: 'destination_conflict',
    exitCode: EXIT.ioError,
    next: 'Name a file, and not a link to it, a device or a pipe.',
  });
};

/** Writes beside the file and renames over it, unless the lock was lost meanwhile. */
const replace = async (path: string, content: string, lock: Lock): Promise<boolean> => {
  const temporary = hidden(path, `${randomUUID()}.tmp`);
  try {
    await writeBeside(temporary, content);
    if (!(await lock.isHeld())) return false;
    await refuseForeign(path);
    await rename(temporary, path);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
};

/** Removes what killed writers left behind. */
const sweep = async (path: string, clock: Clock): Promise<void> => {
  const directory = dirname(path);
  const names = await readdir(directory);
  for (const name of names.filter((each) => each.startsWith(`.${basename(path)}.`) && each.endsWith('.tmp'))) {
    const stats = await lstat(join(directory, name)).catch(() => undefined);
    if (stats !== undefined && clock.wallMs() - stats.mtimeMs > STALE_AFTER_MS)
      await rm(join(directory, name), { force: true });
  }
};

/** The textfile at `path` (see `resolveTextfilePath`); touches nothing before the first write. */
export const textfileAt = (path: string, clock: Clock): Textfile => {
  let swept = false;

  const explained = async <Result>(step: Promise<Result>): Promise<Result> => {
    try {
      return await step;
    } catch (error) {
      throw textfileError(path, error);
    }
  };

  const sweepOnce = async (): Promise<void> => {
    if (swept) return;
    swept = true;
    await sweep(path, clock).catch(() => undefined);
  };

  const attempt = async (render: () => Promise<string>): Promise<boolean> => {
    const lock = await explained(tryLock(hidden(path, 'lock'), clock));
    if (lock === undefined) return false;
    try {
      await sweepOnce();
      const content = await render();
      return await explained(replace(path, content, lock));
    } finally {
      await explained(lock.release());
    }
  };

  return {
    path,
    write: async (render, { waitMs = 0 } = {}) => {
      const deadlineMs = clock.monotonicMs() + waitMs;
      for (;;) {
        if (await attempt(render)) return 'written';
        if (clock.monotonicMs() >= deadlineMs) return 'busy';
        await sleep(POLL_MS * (0.5 + Math.random()));
      }
    },
  };
};

interface Explanation {
  readonly what: string;
  readonly errorType: ErrorType;
  readonly next: string;
}

const explain = (code: string, directory: string): Explanation => {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        what: `the directory ${directory} does not exist`,
        errorType: 'usage',
        next: `Create ${directory}, or give another --metrics-textfile.`,
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        what: `no permission to write in ${directory}`,
        errorType: 'permission',
        next: `Make ${directory} writable for the user that runs skopeo-wrapper.`,
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        what: `no space left in ${directory}`,
        errorType: 'disk_full',
        next: `Free space in ${directory}; the next run writes the file anew.`,
      };
    default:
      return { what: code === '' ? 'unexpected error' : code, errorType: 'unknown', next: `Check ${directory}.` };
  }
};

/** The error for a failed write of the textfile: exit status 74, for callers that do more than warn. */
const textfileError = (path: string, cause: unknown): WrapperError => {
  if (cause instanceof WrapperError) return cause;
  const { what, errorType, next } = explain(errorCode(cause), dirname(path));
  return new WrapperError(`cannot write textfile ${path}: ${what}`, {
    errorType,
    exitCode: EXIT.ioError,
    next,
    cause,
  });
};
