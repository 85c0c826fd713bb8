import { destinationAccess, type SyncJob } from '../job.ts';
import { joinPlans, type Plan } from '../plan.ts';
import { examinePrune } from '../prune/examine.ts';
import { type PlanContext, Planner, type PlanOptions } from './planner.ts';

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
  if ('refused' in task) return { ...plan, prune: task };
  const { verdicts } = await examinePrune({ ...context, ...task, destinationAccess: destinationAccess(job) });
  return {
    ...plan,
    prune: { verdicts: verdicts.map(({ destination, action, reason }) => ({ destination, action, reason })) },
  };
};
