import { defined } from '../defined.ts';
import { messageOf } from '../errors/system-error.ts';
import { isAbsentAtSource } from './check/check-image.ts';
import type { SyncMemory } from './check/memory.ts';
import { keepMemory, loadMemory, type MemoryKeeper, syncDirectory } from './check/memory-file.ts';
import { destinationAccess, type SyncJob } from './job.ts';
import { type JobLockOptions, lockJob } from './job-lock.ts';
import { Planner, type PlanOptions } from './plan/planner.ts';
import { joinPlans, type Plan } from './plan.ts';
import { memoryOf, refuseNamelessPrune, runContext } from './plan-sync.ts';
import type { RunContext, SyncContext } from './ports.ts';
import { carryOutPrune } from './prune/carry-out.ts';
import { pruneTask } from './prune/prune-task.ts';
import {
  exitCodeOf,
  type ImageReport,
  type PruneReport,
  reportTotals,
  type SyncReport,
  sourceFailures,
} from './report.ts';
import { ANOTHER_FAILED, runPlan } from './run/run-plan.ts';

export type { SyncContext } from './ports.ts';

export interface SyncOptions extends PlanOptions, JobLockOptions {}

/** The result of `work`, or of `instead` if the run was stopped meanwhile. */
const unlessStopped = async <T>(work: Promise<T>, { signal }: RunContext, instead: () => T): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!signal.aborted) throw error;
    return instead();
  }
};

/** A run that was stopped during planning has a report as well. */
const stoppedPlan = (): Plan => ({ images: [], dropped: [], failures: [], otherShards: 0, isIncomplete: true });

const hasFailed = (images: readonly ImageReport[]): boolean => images.some(({ outcome }) => outcome === 'failed');

/** What became of a run's plan. */
interface Done {
  readonly plan: Plan;
  readonly images: readonly ImageReport[];
  readonly prune: ReturnType<typeof pruneTask>;
}

/**
 * Plans and copies. What depends on a registry that could not be asked yet is done last, and not at all once the run is
 * to stop.
 */
const planAndCopy = async (job: SyncJob, context: RunContext, options: PlanOptions): Promise<Done> => {
  const planner = new Planner(job, context, options);
  const first = await unlessStopped(planner.now(), context, stoppedPlan);
  const done = await runPlan(job, first, context);
  if (first.isIncomplete === true) return { plan: first, images: done, prune: undefined };

  const stopReason = job.onFailure === 'stop' && hasFailed(done) ? ANOTHER_FAILED : undefined;
  const isOver = context.signal.aborted || stopReason !== undefined;
  const giveUp = () => planner.giveUpRest();
  const rest = isOver ? giveUp() : await unlessStopped(planner.rest(), context, giveUp);
  const late = await runPlan(job, rest, context, stopReason);
  return {
    plan: joinPlans([first, rest]),
    images: [...done, ...late],
    prune: pruneTask(job, planner.selected, options.shard, context),
  };
};

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
  { plan, images, prune: task }: Done,
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
