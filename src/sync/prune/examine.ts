import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseDockerReference, type Repository } from '../../image/docker-reference.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import { mapLimited } from '../map-limited.ts';
import type { PruneVerdict } from '../plan.ts';

export interface ExamineEffects {
  readonly lookup: RegistryLookup;
  readonly destinationAccess: (destination: string) => RegistryAccess;
  readonly signal: AbortSignal;
}

const HEADS_AT_A_TIME = 16;

/** Tags of a repository by the digest they stand for, candidates left out. */
const otherTags = async (
  repository: Repository,
  candidates: ReadonlySet<string>,
  { lookup, destinationAccess, signal }: ExamineEffects,
): Promise<ReadonlyMap<string, string>> => {
  const access = destinationAccess(dockerReference(repository, {}));
  const tags = await lookup.tags(repository, access, signal);
  const others = tags.filter((tag) => !candidates.has(dockerReference(repository, { tag })));
  const digests = await mapLimited(others, HEADS_AT_A_TIME, async (tag) => {
    const head = await lookup.head(dockerReference(repository, { tag }), access, signal);
    return [head?.digest ?? '', tag] as const;
  });
  return new Map(digests);
};

const examineOne = async (
  destination: string,
  ownedDigest: string,
  others: ReadonlyMap<string, string>,
  { lookup, destinationAccess, signal }: ExamineEffects,
): Promise<PruneVerdict> => {
  const head = await lookup.head(destination, destinationAccess(destination), signal);
  if (head === undefined) return { destination, action: 'forget', reason: 'is gone already' };
  if (head.digest !== ownedDigest) return { destination, action: 'forget', reason: 'was replaced by somebody else' };
  const sharing = others.get(head.digest);
  if (sharing !== undefined) return { destination, action: 'keep', reason: `is the same image as tag ${sharing}` };
  return { destination, action: 'remove', reason: 'no longer selected' };
};

/**
 * Looks at what would be removed. Registries remove images, not tags: a tag whose image another tag names too is kept, and so
 * is what somebody else has put there. A repository that cannot be looked at is kept whole.
 */
export const examinePrune = async (
  candidates: readonly string[],
  owned: Readonly<Record<string, string>>,
  effects: ExamineEffects,
): Promise<readonly PruneVerdict[]> => {
  const all = new Set(candidates);
  const repositories = Map.groupBy(candidates, (destination) => {
    const { registry, path } = parseDockerReference(destination);
    return `${registry}/${path}`;
  });
  const verdicts: PruneVerdict[] = [];
  for (const [name, destinations] of repositories) {
    try {
      const { registry, path } = parseDockerReference(name);
      const others = await otherTags({ registry, path }, all, effects);
      for (const destination of destinations) {
        verdicts.push(await examineOne(destination, owned[destination] ?? '', others, effects));
      }
    } catch (error) {
      if (!(error instanceof WrapperError)) throw error;
      const reason = `could not be examined: ${error.message}`;
      verdicts.push(...destinations.map((destination) => ({ destination, action: 'keep' as const, reason })));
    }
  }
  return verdicts;
};
