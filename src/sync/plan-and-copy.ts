import type { SyncJob } from './job.ts';
import { type PlanEffects, Planner, type PlanOptions } from './plan/planner.ts';
import { joinPlans, type Plan } from './plan.ts';
import type { ImageReport } from './report/image-report.ts';
import { ANOTHER_FAILED, type RunEffects, runPlan } from './run/run-plan.ts';

type Effects = PlanEffects & RunEffects;

/** What came of `work`, or of `instead` when the run was stopped meanwhile. */
const unlessStopped = async <T>(work: Promise<T>, { signal }: Effects, instead: () => T): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!signal.aborted) throw error;
    return instead();
  }
};

/** A run that was stopped while it was planning has a report as well. */
const stoppedPlan = (): Plan => ({ images: [], dropped: [], failures: [], otherShards: 0, isIncomplete: true });

const hasFailed = (images: readonly ImageReport[]): boolean => images.some(({ outcome }) => outcome === 'failed');

/**
 * Plans and copies; what hangs on a registry that could not be asked yet comes after everything else, and not at all once
 * the run is to stop.
 */
export const planAndCopy = async (
  job: SyncJob,
  effects: Effects,
  options: PlanOptions,
): Promise<{ plan: Plan; images: readonly ImageReport[]; prune: ReturnType<Planner['prune']> }> => {
  const planner = new Planner(job, effects, options);
  const first = await unlessStopped(planner.now(), effects, stoppedPlan);
  const done = await runPlan(job, first, effects);
  if (first.isIncomplete === true) return { plan: first, images: done, prune: undefined };

  const stopReason = job.onFailure === 'stop' && hasFailed(done) ? ANOTHER_FAILED : undefined;
  const isOver = effects.signal.aborted || stopReason !== undefined;
  const giveUp = () => planner.giveUpRest();
  const rest = isOver ? giveUp() : await unlessStopped(planner.rest(), effects, giveUp);
  const late = await runPlan(job, rest, { ...effects, stopReason });
  return { plan: joinPlans([first, rest]), images: [...done, ...late], prune: planner.prune() };
};
