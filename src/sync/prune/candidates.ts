import type { PrunePolicy } from '../job.ts';
import { belongsTo, type Shard } from '../shard.ts';

/** Tags this job may remove, or why it may remove nothing at all. */
export type PruneChoice = { readonly candidates: readonly string[] } | { readonly refused: string };

export interface PruneQuestion {
  readonly policy: PrunePolicy;
  /** Destinations that earlier runs of this job wrote. */
  readonly owned: Readonly<Record<string, string>>;
  readonly wanted: ReadonlySet<string>;
  /** Sources that could not be listed or had too little. */
  readonly failedSources: number;
  readonly shard?: Shard;
}

/**
 * Chooses what this job has written at registries and no longer wants. Refuses altogether when a source is in doubt, or when
 * it would be more than the policy's share: then the selection has changed in a way that somebody should look at.
 */
export const choosePrune = ({ policy, owned, wanted, failedSources, shard }: PruneQuestion): PruneChoice => {
  if (failedSources > 0) return { refused: 'a source could not be listed, or had too few images' };
  const own = Object.keys(owned).filter(
    (destination) => destination.startsWith('docker://') && (shard === undefined || belongsTo(shard, destination)),
  );
  const candidates = own.filter((destination) => !wanted.has(destination));
  if (candidates.length <= policy.maxShare * own.length) return { candidates };
  const percent = Math.round((100 * candidates.length) / own.length);
  const allowed = Math.round(100 * policy.maxShare);
  return { refused: `${candidates.length} of ${own.length} tags (${percent} %) would go, at most ${allowed} % may` };
};
