import { parseDockerReference, placeKey, type Repository, repositoryKey } from '../../image/docker-reference.ts';
import type { MemoryDoubt, SyncMemory } from '../check/memory.ts';
import type { PrunePolicy } from '../job.ts';
import type { PruneRefusal } from '../plan.ts';
import { belongsTo, type Shard } from '../shard.ts';

/** Something that this job has written at a registry and no longer selects. */
export interface Candidate {
  readonly destination: string;
  /** What the job left there. */
  readonly digest: string;
}

/** What this job may remove if nothing else needs it, or the reason why it may remove nothing. */
export type PruneChoice =
  | { readonly candidates: readonly Candidate[]; readonly outside: readonly Candidate[] }
  | PruneRefusal;

/** How many tags would go, of all that the job owns. */
interface Share {
  readonly candidates: number;
  readonly owned: number;
  readonly maxShare: number;
}

/** Every reason to remove nothing at all, with its own next step. */
export const PRUNE_REFUSALS = {
  sourceFailed: (): PruneRefusal => ({
    refused: 'a source could not be listed, or had too few images',
    next: 'Mend that source first; the next run in which no source fails prunes.',
  }),
  memoryInDoubt: ({ reason, next }: MemoryDoubt): PruneRefusal => ({ refused: reason, next }),
  tooMany: ({ candidates, owned, maxShare }: Share): PruneRefusal => ({
    refused: `${candidates} of ${owned} tags (${percent(candidates / owned)} %) would go, at most ${percent(maxShare)} % may`,
    next: 'Look at --dry-run; if this is right, raise "max-share" for one run.',
  }),
};

const percent = (share: number): number => Math.round(100 * share);

interface PruneQuestion {
  readonly policy: PrunePolicy;
  readonly memory: Pick<SyncMemory, 'owned' | 'doubt'>;
  /** The destinations of everything that is selected. */
  readonly wanted: readonly string[];
  /** Whether the present configuration writes to a repository. */
  readonly writesTo: (repository: Repository) => boolean;
  /** Number of sources that could not be listed or had too few images. */
  readonly failedSources: number;
  readonly shard?: Shard;
}

/** A whole repository belongs to one shard, since tags of the same image can only be removed together. */
const isOurs = (destination: string, shard: Shard | undefined): boolean =>
  shard === undefined || belongsTo(shard, repositoryKey(parseDockerReference(destination)));

/**
 * Chooses what this job has written at registries and no longer selects. It refuses to remove anything when a source
 * failed, when it is not known what the job wrote, or when more than the policy's share would be removed: then somebody
 * should check the changed selection. It leaves alone what is in repositories to which the job does not write any more.
 */
export const choosePrune = (question: PruneQuestion): PruneChoice => {
  const { policy, memory, writesTo, failedSources, shard } = question;
  if (failedSources > 0) return PRUNE_REFUSALS.sourceFailed();
  if (memory.doubt !== undefined) return PRUNE_REFUSALS.memoryInDoubt(memory.doubt);
  const wanted = new Set(question.wanted.map(placeKey));
  const all = Object.entries(memory.owned)
    .filter(([destination]) => destination.startsWith('docker://') && isOurs(destination, shard))
    .map(([destination, digest]): Candidate => ({ destination, digest }));
  const own = all.filter(({ destination }) => writesTo(parseDockerReference(destination)));
  const unwanted = ({ destination }: Candidate) => !wanted.has(placeKey(destination));
  const candidates = own.filter(unwanted);
  if (candidates.length <= policy.maxShare * own.length) {
    const inside = new Set(own);
    return { candidates, outside: all.filter((one) => !inside.has(one) && unwanted(one)) };
  }
  return PRUNE_REFUSALS.tooMany({ candidates: candidates.length, owned: own.length, maxShare: policy.maxShare });
};
