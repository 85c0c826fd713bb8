import { defined } from '../defined.ts';
import { usageError, WrapperError } from '../errors/wrapper-error.ts';
import { parseDockerReference } from '../image/docker-reference.ts';
import { failureClass } from '../skopeo/failure/classify.ts';
import { isAbsentAtSource } from './check/check-image.ts';
import type { SyncMemory } from './check/memory.ts';
import { loadMemory, memoryPath, syncDirectory } from './check/memory-file.ts';
import { destinationAccess, type SyncJob } from './job.ts';
import { mapLimited } from './map-limited.ts';
import { type PlanContext, Planner, type PlanOptions } from './plan/planner.ts';
import { joinPlans, type Plan, type PlannedImage } from './plan.ts';
import type { RunContext, SyncContext } from './ports.ts';
import { examinePrune } from './prune/examine.ts';
import { pruneTask } from './prune/prune-task.ts';
import { stoppedBeforePlan } from './report.ts';

/** Images at a time whose source is asked whether it has them; the planner has its own, larger number. */
const SOURCES_AT_A_TIME = 16;

/**
 * An image to be copied, with the failure that a run would meet if its source does not have it. Reading manifests has told
 * already, but where that counts as a pull; a look without reading is no pull.
 */
const withAbsence = async (image: PlannedImage, { lookup, signal }: PlanContext): Promise<PlannedImage> => {
  if (image.action === 'skip' || image.failure !== undefined || image.pulls === undefined) return image;
  const isAbsent = await isAbsentAtSource(image, { lookup, signal }).catch((error: unknown) => {
    if (!(error instanceof WrapperError) || signal.aborted) throw error;
    return false;
  });
  if (!isAbsent) return image;
  const { registry, path, tag } = parseDockerReference(image.source);
  const next = failureClass('not_found').next({ registry, repository: path, ...defined({ tag }) });
  return { ...image, failure: { errorType: 'not_found', message: `${image.source} does not exist`, next } };
};

/**
 * Makes the whole plan of a job; waits for registries that limit their rate.
 * @throws WrapperError `usage` when two sources have one destination, or an image cannot be mapped.
 */
export const makePlan = async (job: SyncJob, context: PlanContext, options?: PlanOptions): Promise<Plan> => {
  const planner = new Planner(job, context, options);
  const parts = [await planner.now()];
  if (planner.hasRest) parts.push(await planner.rest());
  const joined = joinPlans(parts);
  const images = await mapLimited(joined.images, SOURCES_AT_A_TIME, (image) => withAbsence(image, context));
  const plan = { ...joined, images };
  const task = pruneTask(job, planner.selected, options?.shard, context);
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

/** What a run of a job begins with. */
export const runContext = (context: SyncContext, memory: SyncMemory): RunContext => ({
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
    return await makePlan(job, runContext(context, await loadMemory(path)), options);
  } catch (error) {
    const stopped = stoppedBeforePlan(context.signal);
    if (stopped === undefined) throw error;
    throw new WrapperError(stopped.message, stopped);
  }
};
