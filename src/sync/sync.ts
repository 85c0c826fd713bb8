import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import { messageOf } from '../errors/system-error.ts';
import { EXIT, usageError, WrapperError } from '../errors/wrapper-error.ts';
import { describeTermination, terminationOf } from '../operation/termination.ts';
import type { RegistryLookup } from '../registry/lookup.ts';
import type { RegistryOutages } from '../registry/outages.ts';
import type { RegistryPauses } from '../registry/pauses.ts';
import { failureClass } from '../skopeo/failure/classify.ts';
import type { SyncObserver } from '../tracking/observer.ts';
import { isAbsentAtSource } from './check/check-image.ts';
import type { SyncMemory } from './check/memory.ts';
import { keepMemory, loadMemory, lockName, type MemoryKeeper, memoryPath, syncDirectory } from './check/memory-file.ts';
import { destinationAccess, type SyncJob } from './job.ts';
import { type LockMode, takeJobLock } from './job-lock.ts';
import { makePlan } from './plan/make-plan.ts';
import type { PlanContext, PlanOptions } from './plan/planner.ts';
import type { Plan } from './plan.ts';
import { planAndCopy } from './plan-and-copy.ts';
import type { SkopeoPort } from './ports.ts';
import { carryOutPrune } from './prune/carry-out.ts';
import type { PruneTask } from './prune/examine.ts';
import {
  exitCodeOf,
  type ImageReport,
  type PruneReport,
  reportTotals,
  type SourceFailure,
  type SyncReport,
} from './report.ts';

/** What a sync run needs from outside. */
export interface SyncContext {
  readonly skopeo: SkopeoPort;
  readonly lookup: RegistryLookup;
  readonly pauses: RegistryPauses;
  readonly outages: RegistryOutages;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observer?: SyncObserver;
  /** In [0, 1). */
  readonly random: () => number;
  /** Where jobs keep lock and memory; absent: they keep none. */
  readonly stateDirectory?: string;
  /** Called with what could not be saved; no copy fails for that. */
  readonly warn?: (message: string) => void;
}

export interface SyncOptions extends PlanOptions {
  readonly lock?: LockMode;
  /** The job was reduced to a list of images: such runs may run side by side, unless `lock` is given. */
  readonly isList?: boolean;
}

/** Shards of a job run side by side. */
const lockOf = (name: string, { shard }: SyncOptions): string =>
  shard === undefined ? name : lockName(name, `${shard.index}-of-${shard.count}`);

/** All shards share one memory, so that their number may change. */
const memoryOf = ({ name }: SyncJob, { stateDirectory }: SyncContext): string | undefined =>
  stateDirectory === undefined ? undefined : memoryPath(syncDirectory(stateDirectory), name);

/**
 * Refuses to prune without a job name, since then it is not known what earlier runs of the job wrote. Throws a usage
 * error.
 */
export const refuseNamelessPrune = (
  job: SyncJob,
  { stateDirectory }: { readonly stateDirectory?: string | undefined },
): void => {
  if (job.prune === undefined || (job.name !== undefined && stateDirectory !== undefined)) return;
  throw usageError(
    'prune needs a job name and a state directory, to know what earlier runs wrote',
    'Give "job" or --job-name.',
  );
};

const STOPPED_NEXT = 'Run it again.';

const planContext = (context: SyncContext, memory: SyncMemory): PlanContext => ({
  ...context,
  memory,
  nowMs: context.clock.wallMs(),
});

/**
 * Finds out what a run would do; writes nothing.
 * @throws WrapperError `usage` when the job is wrong; the class of the termination when `signal` aborts before the plan
 * is made.
 */
export const planSync = async (job: SyncJob, context: SyncContext, options: SyncOptions = {}): Promise<Plan> => {
  refuseNamelessPrune(job, context);
  const path = memoryOf(job, context);
  try {
    return await makePlan(job, planContext(context, await loadMemory(path)), options);
  } catch (error) {
    const termination = terminationOf(context.signal);
    if (termination === undefined) throw error;
    const { errorType, message, exitCode } = describeTermination(termination);
    throw new WrapperError(`${message}, before the plan was made`, { errorType, exitCode, next: STOPPED_NEXT });
  }
};

/** Why there is no plan: a signal or a time limit. */
const stopped = (signal: AbortSignal): SourceFailure[] => {
  const termination = terminationOf(signal);
  if (termination === undefined) return [];
  const { errorType, message } = describeTermination(termination);
  return [{ source: 'plan', errorType, message: `${message}, before the plan was made`, next: STOPPED_NEXT }];
};

const sourceFailures = (
  { failures, isIncomplete = false }: Plan,
  prune: PruneTask | { readonly refused: string } | undefined,
  signal: AbortSignal,
): readonly SourceFailure[] => [
  ...(isIncomplete ? stopped(signal) : []),
  ...failures.map(({ entry, errorType, message, next }) => ({
    source: entry.name,
    errorType,
    message,
    ...defined({ next }),
  })),
  ...(prune !== undefined && 'refused' in prune && failures.length === 0
    ? [{ source: 'prune', errorType: 'prune_refused' as const, message: prune.refused, next: PRUNE_NEXT }]
    : []),
];

const PRUNE_NEXT = failureClass('prune_refused').next({});

/** Whether each image is at its destination, or its source does not have it either. */
const areAllThere = async (
  plan: Plan,
  images: readonly ImageReport[],
  { lookup, signal }: SyncContext,
): Promise<boolean> => {
  for (const [index, image] of plan.images.entries()) {
    const { outcome, errorType } = images[index] ?? {};
    if (outcome === 'copied' || outcome === 'unchanged') continue;
    const mayBeAbsent = outcome === 'failed' && errorType === 'not_found';
    if (!mayBeAbsent || !(await isAbsentAtSource(image, { lookup, signal }).catch(() => false))) return false;
  }
  return true;
};

/** Prunes if everything else succeeded: if an image is missing, it is better to keep the one that it replaces. */
const prune = async (
  job: SyncJob,
  { plan, images, prune: task }: Awaited<ReturnType<typeof planAndCopy>>,
  memory: SyncMemory,
  keeper: MemoryKeeper,
  context: SyncContext,
): Promise<readonly PruneReport[] | undefined> => {
  if (task === undefined || 'refused' in task) return undefined;
  const all = (outcome: 'kept' | 'failed', reason: string): readonly PruneReport[] =>
    task.choice.candidates.map(({ destination }) => ({ destination, outcome, reason }));
  if (context.signal.aborted) return all('failed', 'the run was stopped');
  if (!(await areAllThere(plan, images, context))) return all('kept', 'images of this run failed');
  try {
    const access = destinationAccess(job);
    const saveMemory = () => keeper.save();
    return await carryOutPrune({ ...context, ...task, memory, saveMemory, destinationAccess: access });
  } catch (error) {
    if (!context.signal.aborted) throw error;
    return all('failed', 'the run was stopped');
  }
};

const runLocked = async (job: SyncJob, context: SyncContext, options: SyncOptions): Promise<SyncReport> => {
  const { clock } = context;
  const startedAt = new Date(clock.wallMs()).toISOString();
  const startedMs = clock.monotonicMs();
  const path = memoryOf(job, context);
  const memory = await loadMemory(path);
  if (memory.doubt !== undefined) context.warn?.(memory.doubt);
  using keeper = keepMemory(path, memory);
  const work = { ...planContext(context, memory), ...context };
  const done = await planAndCopy(job, work, options);
  const { plan, images, prune: choice } = done;
  const pruned = await prune(job, done, memory, keeper, context);
  await keeper.end().catch((error: unknown) => {
    const reason = messageOf(error);
    context.warn?.(`what this run found out could not be kept (${reason}): the next one asks again and prunes less`);
  });
  const failures = sourceFailures(plan, choice, context.signal);
  return {
    version: 1,
    ...defined({ job: job.name }),
    startedAt,
    durationSeconds: (clock.monotonicMs() - startedMs) / 1000,
    exitCode: exitCodeOf(images, failures, pruned),
    images,
    failures,
    dropped: plan.dropped.length,
    otherShards: plan.otherShards,
    ...defined({ prune: pruned }),
    ...(choice !== undefined && 'refused' in choice ? { pruneRefused: choice.refused } : {}),
    totals: reportTotals(images, pruned),
  };
};

const WITHOUT_LOCK: AsyncDisposable = { [Symbol.asyncDispose]: async () => undefined };

/**
 * A full disk must not stop a copy: if no lock can be had and `--lock` was not given, the run goes on without one. A
 * run that was stopped while it waited goes on without a lock too: it only reports.
 */
const lockJob = async (
  name: string,
  directory: string,
  { signal, warn }: SyncContext,
  options: SyncOptions,
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

/**
 * Carries out a job: plans, copies what differs, prunes, and reports. Absent: another run of the job holds the lock and
 * the mode is `skip`. When `signal` aborts, copies in progress are ended, other images are not tried, and the report
 * says so.
 * @throws WrapperError when the job is wrong, or the lock is held and the mode is `fail` (status 75).
 */
export const runSync = async (
  job: SyncJob,
  context: SyncContext,
  options: SyncOptions = {},
): Promise<SyncReport | undefined> => {
  refuseNamelessPrune(job, context);
  const { stateDirectory } = context;
  const { name } = job;
  if (name === undefined || stateDirectory === undefined) return runLocked(job, context, options);
  await using lock = await lockJob(name, syncDirectory(stateDirectory), context, options);
  return lock === undefined ? undefined : await runLocked(job, context, options);
};
