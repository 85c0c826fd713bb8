import type { CheckEffects } from '../check/check-image.ts';
import type { PrunePolicy } from '../job.ts';
import type { PrunePlan } from '../plan/plan.ts';
import type { Shard } from '../plan/shard.ts';
import { choosePrune } from './candidates.ts';
import { examinePrune } from './examine.ts';

export interface PruneSubject {
  readonly policy: PrunePolicy;
  /** All destinations that the job wants, of all shards. */
  readonly wanted: ReadonlySet<string>;
  readonly failedSources: number;
  readonly shard?: Shard | undefined;
}

/** Finds out what prune would remove and keep, or why it may remove nothing. */
export const planPrune = async (
  { policy, wanted, failedSources, shard }: PruneSubject,
  effects: CheckEffects,
): Promise<PrunePlan> => {
  const { owned } = effects.memory;
  const choice = choosePrune({ policy, owned, wanted, failedSources, ...(shard === undefined ? {} : { shard }) });
  return 'refused' in choice ? choice : { verdicts: await examinePrune(choice.candidates, owned, effects) };
};
