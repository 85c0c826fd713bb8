import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';

/** What a run does while another run of the same job is under way. */
export type LockMode = 'wait' | 'skip' | 'fail';

const POLL_MS = 500;

/**
 * A lock that the kernel releases when its holder dies, however it dies: an exclusive transaction of an empty SQLite file is
 * a POSIX record lock, which Node offers nowhere else. It holds between containers too that share the directory.
 */
export class JobLock implements AsyncDisposable {
  readonly #database: DatabaseSync;
  readonly #holder: string;

  private constructor(database: DatabaseSync, holder: string) {
    this.#database = database;
    this.#holder = holder;
  }

  /** Takes the lock, or tells that another process has it. */
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
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new DatabaseSync(join(directory, `${job}.lock`));
  } catch (error) {
    throw lockUnusable(directory, error);
  }
};

const lockUnusable = (directory: string, cause: unknown): WrapperError =>
  new WrapperError(`cannot lock in ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    errorType: 'permission',
    exitCode: EXIT.ioError,
    next: 'Give the job a writable --state-dir.',
    cause,
  });

const heldBy = async (directory: string, job: string): Promise<WrapperError> => {
  const holder = await readFile(join(directory, `${job}.holder`), 'utf8').catch(() => 'another process');
  return new WrapperError(`job ${job} is running already (${holder})`, {
    errorType: 'destination_conflict',
    exitCode: EXIT.locked,
    next: 'Wait for it, or use --lock wait or --lock skip.',
  });
};

/**
 * Takes the lock of a job as `mode` says: `wait` until it is free, `skip` with nothing (absent), `fail` with status 75.
 * @throws WrapperError when the lock is held and `mode` is `fail`, or when the directory cannot be used.
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
    if (mode === 'fail') throw await heldBy(directory, job);
    await wait(POLL_MS, undefined, { signal });
  }
};
