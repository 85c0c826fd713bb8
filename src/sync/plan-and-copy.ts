import type { SyncJob } from './job.ts';
import { Planner, type PlanOptions } from './plan/planner.ts';
import { joinPlans, type Plan } from './plan.ts';
import type { RunContext } from './ports.ts';
import type { ImageReport } from './report.ts';
import { ANOTHER_FAILED, runPlan } from './run/run-plan.ts';

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

/**
 * Plans and copies. What depends on a registry that could not be asked yet is done last, and not at all once the run is
 * to stop.
 */
export const planAndCopy = async (
  job: SyncJob,
  context: RunContext,
  options: PlanOptions,
): Promise<{ plan: Plan; images: readonly ImageReport[]; prune: ReturnType<Planner['prune']> }> => {
  const planner = new Planner(job, context, options);
  const first = await unlessStopped(planner.now(), context, stoppedPlan);
  const done = await runPlan(job, first, context);
  if (first.isIncomplete === true) return { plan: first, images: done, prune: undefined };

  const stopReason = job.onFailure === 'stop' && hasFailed(done) ? ANOTHER_FAILED : undefined;
  const isOver = context.signal.aborted || stopReason !== undefined;
  const giveUp = () => planner.giveUpRest();
  const rest = isOver ? giveUp() : await unlessStopped(planner.rest(), context, giveUp);
  const late = await runPlan(job, rest, context, stopReason);
  return { plan: joinPlans([first, rest]), images: [...done, ...late], prune: planner.prune() };
};
