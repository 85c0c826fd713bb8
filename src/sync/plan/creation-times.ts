import type { SyncMemory } from '../check/memory.ts';
import type { SyncEntry } from '../job.ts';
import type { RegistryLookup, SkopeoPort } from '../ports.ts';
import { dockerReference, type Repository } from '../reference.ts';
import type { LookUpCreationTimes } from '../select/select-tags.ts';
import { mapLimited } from './map-limited.ts';

export interface CreationEffects {
  readonly lookup: RegistryLookup;
  readonly skopeo: Pick<SkopeoPort, 'createdAt'>;
  readonly memory: SyncMemory;
  readonly signal: AbortSignal;
}

/** Creation times come from skopeo, one process each. */
const PROCESSES_AT_A_TIME = 8;

const createdAt = async (reference: string, entry: SyncEntry, effects: CreationEffects): Promise<Date | undefined> => {
  const { lookup, memory, skopeo, signal } = effects;
  const head = await lookup.head(reference, entry.sourceAccess, signal);
  const known = head === undefined ? undefined : memory.createdAt(head.digest);
  if (known !== undefined) return known;
  const date = await skopeo.createdAt(reference, entry.sourceAccess, signal);
  if (head !== undefined && date !== undefined) memory.rememberCreation(head.digest, date);
  return date;
};

/** Looks creation times up by skopeo, each content once: what a digest stands for never changes, so it is remembered. */
export const creationTimes =
  (effects: CreationEffects) =>
  (entry: SyncEntry, repository: Repository): LookUpCreationTimes =>
  async (tags) => {
    const dates = await mapLimited(tags, PROCESSES_AT_A_TIME, async (tag) => {
      const date = await createdAt(dockerReference(repository, { tag }), entry, effects);
      return [tag, date] as const;
    });
    return new Map(dates.flatMap(([tag, date]) => (date === undefined ? [] : [[tag, date]])));
  };
