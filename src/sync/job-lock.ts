import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errors/system-error.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { makeOwnDirectory, readOwnFile, touchOwnFile } from '../host/own-files.ts';
import { wait } from '../host/timers.ts';
import type { Shard } from './shard.ts';

/** What a run does while another run of the same job is under way. */
export type LockMode = 'wait' | 'skip' | 'fail';

const POLL_MS = 500;

const MAX_HOLDER_BYTES = 64;

/**
 * A lock that the kernel releases when its holder dies, however it dies: an exclusive transaction on an empty SQLite
 * file is a POSIX record lock, which Node offers nowhere else. It also holds between containers that share the
 * directory.
 */
class JobLock implements AsyncDisposable {
  readonly #database: DatabaseSync;
  readonly #holder: string;

  private constructor(database: DatabaseSync, holder: string) {
    this.#database = database;
    this.#holder = holder;
  }

  /** Takes the lock, or reports that another process has it. */
  static async tryTake(directory: string, job: string): Promise<JobLock | undefined> {
    const database = await openDatabase(directory, job);
    const holder = join(directory, `${job}.holder`);
    try {
      database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (error instanceof Error && error.message.includes('locked')) return undefined;
      throw lockUnusable(directory, error);
    }
    await writeFile(holder, `process ${process.pid}`).catch(() => undefined);
    return new JobLock(database, holder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#holder, { force: true });
    this.#database.close();
  }
}

const openDatabase = async (directory: string, job: string): Promise<DatabaseSync> => {
  try {
    await makeOwnDirectory(directory);
    const path = join(directory, `${job}.lock`);
    await touchOwnFile(path);
    return new DatabaseSync(path);
  } catch (error) {
    throw lockUnusable(directory, error);
  }
};

const lockUnusable = (directory: string, cause: unknown): WrapperError =>
  new WrapperError(`cannot lock in ${directory}: ${messageOf(cause)}`, {
    errorType: 'permission',
    exitCode: EXIT.ioError,
    next: 'Give the job a --state-dir that its user alone may write.',
    cause,
  });

const heldBy = (directory: string, job: string): WrapperError => {
  const read = readOwnFile(join(directory, `${job}.holder`), MAX_HOLDER_BYTES);
  const holder = read.kind === 'content' ? read.text : 'another process';
  return new WrapperError(`job ${job} is running already (${holder})`, {
    errorType: 'destination_conflict',
    exitCode: EXIT.locked,
    next: 'Wait for it, or use --lock wait or --lock skip.',
  });
};

/**
 * Takes the lock of a job. `mode` says what to do if it is taken: `wait` until it is free, `skip` (the result is
 * absent), `fail` with status 75.
 * @throws WrapperError when the lock is taken and `mode` is `fail`, or when the directory cannot be used.
 */
export const takeJobLock = async (
  directory: string,
  job: string,
  mode: LockMode,
  signal: AbortSignal,
): Promise<JobLock | undefined> => {
  for (;;) {
    const lock = await JobLock.tryTake(directory, job);
    if (lock !== undefined || mode === 'skip') return lock;
    if (mode === 'fail') throw heldBy(directory, job);
    await wait(POLL_MS, signal);
  }
};

/** The name of the lock of a job, or of a part of it; no other job's lock has the same name. */
export const lockName = (job: string, part?: string): string => (part === undefined ? job : `${job}+${part}`);

/** Which lock of a job a run takes, and how. */
export interface JobLockOptions {
  readonly lock?: LockMode;
  /** The job was reduced to a list of images: such runs may run side by side, unless `lock` is given. */
  readonly isList?: boolean;
  readonly shard?: Shard;
}

/** Shards of a job run side by side. */
const lockOf = (name: string, { shard }: JobLockOptions): string =>
  shard === undefined ? name : lockName(name, `${shard.index}-of-${shard.count}`);

const WITHOUT_LOCK: AsyncDisposable = { [Symbol.asyncDispose]: async () => undefined };

/**
 * A full disk must not stop a copy: if no lock can be had and `--lock` was not given, the run goes on without one. A
 * run that was stopped while it waited goes on without a lock too: it only reports.
 */
export const lockJob = async (
  name: string,
  directory: string,
  { signal, warn }: { readonly signal: AbortSignal; readonly warn?: (message: string) => void },
  options: JobLockOptions,
): Promise<AsyncDisposable | undefined> => {
  const { lock, isList } = options;
  if (isList === true && lock === undefined) return WITHOUT_LOCK;
  try {
    return await takeJobLock(directory, lockOf(name, options), lock ?? 'fail', signal);
  } catch (error) {
    if (signal.aborted) return WITHOUT_LOCK;
    const isUnusable = error instanceof WrapperError && error.exitCode === EXIT.ioError;
    if (!isUnusable || lock !== undefined) throw error;
    warn?.(`${error.message}; another run of the job would not be noticed. ${error.next ?? ''}`);
    return WITHOUT_LOCK;
  }
};
