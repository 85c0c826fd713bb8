import { defined } from '../../defined.ts';
import { placeKey } from '../../image/docker-reference.ts';
import { isAbsentAtSource } from '../check/check-image.ts';
import type { SyncJob } from '../job.ts';
import type { PruneRefusal, WantedImage } from '../plan.ts';
import type { RunContext } from '../ports.ts';
import { belongsTo, type Shard } from '../shard.ts';
import { choosePrune, type PruneChoice } from './candidates.ts';

/** What is to be examined. */
export interface PruneTask {
  readonly choice: Exclude<PruneChoice, PruneRefusal>;
  /** The destinations of everything that is selected. */
  readonly wanted: readonly string[];
  /** Whether another shard still has to copy a selected image that is not at its destination. */
  readonly isAwaited: (destination: string) => Promise<boolean>;
}

/** What a plan has selected, of all shards. */
interface Selected {
  readonly images: readonly WantedImage[];
  /** Number of sources that could not be listed or had too few images. */
  readonly failedSources: number;
}

/** What pruning may remove, once everything else is planned; absent when the job does not prune. */
export const pruneTask = (
  job: SyncJob,
  { images, failedSources }: Selected,
  shard: Shard | undefined,
  context: Pick<RunContext, 'memory' | 'lookup' | 'signal'>,
): PruneTask | PruneRefusal | undefined => {
  if (job.prune === undefined) return undefined;
  const wanted = images.map(({ destination }) => destination);
  const rules = job.entries.flatMap(({ destinations }) => destinations);
  const choice = choosePrune({
    policy: job.prune,
    memory: context.memory,
    wanted,
    writesTo: (repository) => rules.some((rule) => rule.writesTo(repository)),
    failedSources,
    ...defined({ shard }),
  });
  if ('refused' in choice) return choice;

  /** It is not awaited if its source does not have it either. */
  const isAwaited = async (destination: string): Promise<boolean> => {
    const key = placeKey(destination);
    const image = images.find((one) => placeKey(one.destination) === key);
    if (image === undefined || shard === undefined || belongsTo(shard, image.destination)) return false;
    return !(await isAbsentAtSource(image, context));
  };
  return { choice, wanted, isAwaited };
};
