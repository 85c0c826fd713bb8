import { usageError, WrapperError } from '../errors/wrapper-error.ts';
import type { SyncMemory } from './check/memory.ts';
import { loadMemory, memoryPath, syncDirectory } from './check/memory-file.ts';
import { destinationAccess, type SyncJob } from './job.ts';
import { type PlanContext, Planner, type PlanOptions } from './plan/planner.ts';
import { joinPlans, type Plan } from './plan.ts';
import type { SyncContext } from './ports.ts';
import { examinePrune } from './prune/examine.ts';
import { stoppedBeforePlan } from './report.ts';

/**
 * Makes the whole plan of a job; waits for registries that limit their rate.
 * @throws WrapperError `usage` when two sources have one destination, or an image cannot be mapped.
 */
export const makePlan = async (job: SyncJob, context: PlanContext, options?: PlanOptions): Promise<Plan> => {
  const planner = new Planner(job, context, options);
  const parts = [await planner.now()];
  if (planner.hasRest) parts.push(await planner.rest());
  const plan = joinPlans(parts);
  const task = planner.prune();
  if (task === undefined) return plan;
  if ('refused' in task) return { ...plan, prune: { refused: task.refused } };
  const { verdicts } = await examinePrune({ ...context, ...task, destinationAccess: destinationAccess(job) });
  return {
    ...plan,
    prune: { verdicts: verdicts.map(({ destination, action, reason }) => ({ destination, action, reason })) },
  };
};

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

/** What planning needs of a run. */
export const planContext = (context: SyncContext, memory: SyncMemory): PlanContext => ({
  ...context,
  memory,
  nowMs: context.clock.wallMs(),
});

/** The file of what earlier runs wrote. All shards share it, so that their number may change. */
export const memoryOf = ({ name }: SyncJob, { stateDirectory }: SyncContext): string | undefined =>
  stateDirectory === undefined ? undefined : memoryPath(syncDirectory(stateDirectory), name);

/**
 * Finds out what a run would do; writes nothing.
 * @throws WrapperError `usage` when the job is wrong; the class of the termination when `signal` aborts before the plan
 * is made.
 */
export const planSync = async (job: SyncJob, context: SyncContext, options: PlanOptions = {}): Promise<Plan> => {
  refuseNamelessPrune(job, context);
  const path = memoryOf(job, context);
  try {
    return await makePlan(job, planContext(context, await loadMemory(path)), options);
  } catch (error) {
    const stopped = stoppedBeforePlan(context.signal);
    if (stopped === undefined) throw error;
    throw new WrapperError(stopped.message, stopped);
  }
};
