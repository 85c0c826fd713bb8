import { WrapperError } from '../../errors/wrapper-error.ts';
import type { SyncMemory } from '../check/memory.ts';
import type { SkopeoPort } from '../ports.ts';
import type { PruneReport } from '../report/sync-report.ts';
import { type ExamineEffects, examinePrune, type PruneVerdict } from './examine.ts';

export interface PruneEffects extends ExamineEffects {
  readonly skopeo: Pick<SkopeoPort, 'deleteImage'>;
  readonly memory: SyncMemory;
}

const remove = async (verdict: PruneVerdict, effects: PruneEffects): Promise<PruneReport> => {
  const { destination, reason } = verdict;
  const { skopeo, memory, destinationAccess, signal } = effects;
  try {
    await skopeo.deleteImage(destination, destinationAccess(destination), signal);
    memory.forgetOwned(destination);
    return { destination, outcome: 'removed', reason };
  } catch (error) {
    if (!(error instanceof WrapperError)) throw error;
    return { destination, outcome: 'failed', reason: error.message };
  }
};

/** Removes what is still safe to remove, one after the other; the copies of this run may have changed what that is. */
export const carryOutPrune = async (
  candidates: readonly string[],
  effects: PruneEffects,
): Promise<readonly PruneReport[]> => {
  const verdicts = await examinePrune(candidates, effects.memory.owned, effects);
  const reports: PruneReport[] = [];
  for (const verdict of verdicts) {
    const { destination, action, reason } = verdict;
    if (effects.signal.aborted) break;
    if (action === 'forget') effects.memory.forgetOwned(destination);
    reports.push(action === 'remove' ? await remove(verdict, effects) : { destination, outcome: 'kept', reason });
  }
  return reports;
};
