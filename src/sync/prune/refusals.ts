import type { MemoryDoubt } from '../check/memory.ts';
import type { PruneRefusal } from '../plan.ts';

/** Tags that nothing selects any more, of all that the job owns. */
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
