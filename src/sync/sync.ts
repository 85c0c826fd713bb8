import { defined } from '../defined.ts';
import { messageOf } from '../errors/system-error.ts';
import { isAbsentAtSource } from './check/check-image.ts';
import type { SyncMemory } from './check/memory.ts';
import { keepMemory, loadMemory, type MemoryKeeper, syncDirectory } from './check/memory-file.ts';
import { destinationAccess, type SyncJob } from './job.ts';
import { type JobLockOptions, lockJob } from './job-lock.ts';
import type { PlanOptions } from './plan/planner.ts';
import type { Plan } from './plan.ts';
import { planAndCopy } from './plan-and-copy.ts';
import { memoryOf, refuseNamelessPrune, runContext } from './plan-sync.ts';
import type { SyncContext } from './ports.ts';
import { carryOutPrune } from './prune/carry-out.ts';
import {
  exitCodeOf,
  type ImageReport,
  type PruneReport,
  reportTotals,
  type SyncReport,
  sourceFailures,
} from './report.ts';

export type { SyncContext } from './ports.ts';

export interface SyncOptions extends PlanOptions, JobLockOptions {}

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
  if (memory.doubt !== undefined) context.warn?.(memory.doubt.reason);
  using keeper = keepMemory(path, memory);
  const done = await planAndCopy(job, runContext(context, memory), options);
  const { plan, images, prune: choice } = done;
  const pruned = await prune(job, done, memory, keeper, context);
  await keeper.end().catch((error: unknown) => {
    const reason = messageOf(error);
    context.warn?.(`what this run found out could not be kept (${reason}): the next one asks again and prunes less`);
  });
  const refusal = choice !== undefined && 'refused' in choice ? choice : undefined;
  const failures = sourceFailures(plan, refusal, context.signal);
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
    ...defined({ prune: pruned, pruneRefused: refusal?.refused }),
    totals: reportTotals(images, pruned),
  };
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
