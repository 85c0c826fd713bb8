import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { CommandLine } from '../../command-line/command-line.ts';
import type { Context } from '../../context.ts';
import { defined } from '../../defined.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import type { SyncJob } from '../../sync/job.ts';
import type { LockMode } from '../../sync/job-lock.ts';
import { parseImageList, reduceToList } from '../../sync/plan/image-list.ts';
import { parseShard } from '../../sync/shard.ts';
import type { SyncOptions } from '../../sync/sync.ts';
import { isSet, textOf } from './flag-values.ts';

/** What is to be done with the job. */
export type SyncMode = 'check' | 'show-config' | 'plan' | 'run';

const LOCK_MODES: readonly LockMode[] = ['wait', 'skip', 'fail'];

const lockOf = (line: CommandLine): LockMode | undefined => {
  const text = textOf(line, 'lock');
  const mode = LOCK_MODES.find((candidate) => candidate === text);
  if (text !== undefined && mode === undefined) {
    throw usageError(`--lock: "${text}" is not valid`, 'Give one of wait, skip, fail.');
  }
  return mode;
};

/** What the command line asks to be done with the job. */
export const syncMode = (line: CommandLine): SyncMode => {
  if (isSet(line, 'check')) return 'check';
  if (isSet(line, 'show-config')) return 'show-config';
  return line.values.dryRun || isSet(line, 'plan-only') ? 'plan' : 'run';
};

/** Options of the run. Throws usage errors. */
export const syncOptions = (line: CommandLine, env: Context['env']): SyncOptions => {
  const shard = textOf(line, 'shard');
  const lock = lockOf(line);
  return {
    ...(shard === undefined ? {} : { shard: parseShard(shard, env) }),
    ...(isSet(line, 'verify') ? { verify: true } : {}),
    ...defined({ lock }),
    ...(textOf(line, 'images') === undefined ? {} : { isList: true }),
  };
};

/** The job, or only the images of it that `--images FILE` (`-`: stdin) lists. Throws usage errors. */
export const chosenImages = async (job: SyncJob, line: CommandLine, { cwd, stdin }: Context): Promise<SyncJob> => {
  const path = textOf(line, 'images');
  if (path === undefined) return job;
  const list = path === '-' ? await readAll(stdin) : await readFile(resolve(cwd, path), 'utf8').catch(unreadable(path));
  return reduceToList(job, parseImageList(list));
};

const unreadable =
  (path: string) =>
  (error: unknown): never => {
    throw usageError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  };
