import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { type CommandLine, isSet, textOf, wordOf } from '../../command-line/command-line.ts';
import { variableOf } from '../../command-line/own-flags.ts';
import type { Context, Env } from '../../context.ts';
import { defined } from '../../defined.ts';
import { messageOf } from '../../errors/system-error.ts';
import { usageError, WrapperError } from '../../errors/wrapper-error.ts';
import { chunksOf } from '../../host/named-files.ts';
import type { SyncJob } from '../../sync/job.ts';
import type { LockMode } from '../../sync/job-lock.ts';
import { parseImageList, reduceToList } from '../../sync/plan/image-list.ts';
import { parseShard } from '../../sync/shard.ts';
import type { SyncOptions } from '../../sync/sync.ts';

/** What is to be done with the job. */
type SyncMode = 'check' | 'show-config' | 'plan' | 'run';

const LOCK_MODES: readonly LockMode[] = ['wait', 'skip', 'fail'];

/** What the command line asks to be done with the job. */
export const syncMode = (line: CommandLine): SyncMode => {
  if (isSet(line, 'check')) return 'check';
  if (isSet(line, 'show-config')) return 'show-config';
  return line.values.dryRun || isSet(line, 'plan-only') ? 'plan' : 'run';
};

/** Options of the run. Throws usage errors. */
export const syncOptions = (line: CommandLine, env: Env): SyncOptions => {
  const shard = textOf(line, 'shard');
  return {
    ...defined({
      shard: shard === undefined ? undefined : parseShard(shard, env),
      lock: wordOf(line, 'lock', LOCK_MODES),
    }),
    verify: isSet(line, 'verify'),
    isList: textOf(line, 'images') !== undefined,
  };
};

/** The job, or only the images of it that `--images FILE` (`-`: stdin) lists. Throws usage errors. */
export const chosenImages = async (
  job: SyncJob,
  line: CommandLine,
  { cwd, stdin }: Context,
  signal: AbortSignal,
): Promise<SyncJob> => {
  const path = textOf(line, 'images');
  if (path === undefined) return job;
  try {
    const chunks = path === '-' ? addAbortSignal(signal, stdin) : chunksOf(resolve(cwd, path), signal);
    return reduceToList(job, await parseImageList(chunks));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WrapperError) throw error;
    throw usageError(`cannot read ${path}: ${messageOf(error)}`);
  }
};

/** Flags for results and locks, which only a run uses. */
const OF_A_RUN = ['report', 'digestfile', 'lock'] as const;

const REPORT_NEXT = 'Leave it out, or run without it; --json prints the plan or the problems.';

/** Mode → the flag that asks for it, and the flags that have no effect in this mode. */
const WITHOUT_EFFECT: Readonly<Record<Exclude<SyncMode, 'run'>, readonly string[]>> = {
  check: [...OF_A_RUN, 'verify', 'dry-run', 'plan-only', 'show-config'],
  'show-config': [...OF_A_RUN, 'verify', 'dry-run', 'plan-only', 'images', 'shard', 'prune', 'parallel'],
  plan: OF_A_RUN,
};

const modeFlag = (line: Pick<CommandLine, 'values'>, mode: SyncMode): string => {
  if (mode !== 'plan') return mode;
  return isSet(line, 'plan-only') ? 'plan-only' : 'dry-run';
};

const refuse = (flag: string, beside: string, next: string): never => {
  throw usageError(`--${flag} has no effect beside --${beside}`, next);
};

/**
 * Refuses flags that have no effect in this mode: otherwise a user would wait for a file that is not written, or take
 * an old one for a new one. Throws a usage error.
 */
export const refuseIneffective = (line: Pick<CommandLine, 'values' | 'own'>, mode: SyncMode, env: Env): void => {
  if (isSet(line, 'prune') && textOf(line, 'images') !== undefined)
    refuse('prune', 'images', 'A list of images never prunes. Prune in a run without --images.');
  if (mode === 'run') return;
  const flag = WITHOUT_EFFECT[mode].find((name) => isSet(line, name));
  if (flag !== undefined) refuse(flag, modeFlag(line, mode), REPORT_NEXT);
  const isEventsGiven = line.own.events !== undefined && env[variableOf('events')] === undefined;
  if (isEventsGiven) refuse('events', modeFlag(line, mode), REPORT_NEXT);
};
