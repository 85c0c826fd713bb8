import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseDockerReference } from '../../image/docker-reference.ts';
import type { SyncMemory } from '../check/memory.ts';
import type { PruneVerdict } from '../plan.ts';
import type { SkopeoPort } from '../ports.ts';
import type { PruneReport } from '../report/sync-report.ts';
import { type ExamineEffects, examinePrune } from './examine.ts';

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

/** One name for all tags of an image in its repository. */
const imageOf = (destination: string, digest = ''): string =>
  dockerReference(parseDockerReference(destination), { digest });

const isGone = async (destination: string, { lookup, destinationAccess, signal }: PruneEffects): Promise<boolean> =>
  (await lookup.head(destination, destinationAccess(destination), signal).catch(() => null)) === undefined;

/**
 * Removes what is still safe to remove, one after the other; the copies of this run may have changed what that is. With an
 * image all of its tags go, so that the second of them may be gone already.
 */
export const carryOutPrune = async (
  candidates: readonly string[],
  effects: PruneEffects,
): Promise<readonly PruneReport[]> => {
  const verdicts = await examinePrune(candidates, effects.memory.owned, effects);
  const reports: PruneReport[] = [];
  const removed = new Set<string>();
  for (const verdict of verdicts) {
    const { destination, action, reason } = verdict;
    if (effects.signal.aborted) break;
    if (action === 'forget') effects.memory.forgetOwned(destination);
    if (action !== 'remove') {
      reports.push({ destination, outcome: 'kept', reason });
      continue;
    }
    const image = imageOf(destination, effects.memory.owned[destination]);
    if (removed.has(image) && (await isGone(destination, effects))) {
      effects.memory.forgetOwned(destination);
      reports.push({ destination, outcome: 'removed', reason });
      continue;
    }
    const report = await remove(verdict, effects);
    if (report.outcome === 'removed') removed.add(image);
    reports.push(report);
  }
  return reports;
};
