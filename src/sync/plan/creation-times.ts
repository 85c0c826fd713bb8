import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseDockerReference, type Repository } from '../../image/docker-reference.ts';
import { parseManifest } from '../../image/manifest.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import type { SyncEntry } from '../job.ts';
import { mapLimited } from '../map-limited.ts';
import type { RunContext, SkopeoPort } from '../ports.ts';
import type { LookUpCreationTimes } from '../select/select-tags.ts';

interface CreationContext extends Pick<RunContext, 'memory' | 'signal'> {
  readonly lookup: Pick<RegistryLookup, 'head' | 'manifest'>;
  readonly skopeo: Pick<SkopeoPort, 'createdAt'>;
}

/** skopeo reads creation times, with one process for each. */
const PROCESSES_AT_A_TIME = 8;

/** Any image of an index gives its time; so it does not matter if there is none for this machine. */
const anyInstance = async (
  reference: string,
  entry: SyncEntry,
  context: CreationContext,
): Promise<string | undefined> => {
  const manifest = parseManifest(await context.lookup.manifest(reference, entry.sourceAccess, context.signal));
  const instances = manifest?.kind === 'list' ? manifest.instances : [];
  const digest = (instances.find(({ platform }) => platform?.os !== 'unknown') ?? instances[0])?.digest;
  return digest === undefined ? undefined : dockerReference(parseDockerReference(reference), { digest });
};

/** Absent if there is no date: the tag is gone by now, or is not an image. */
const askCreationTime = async (
  reference: string,
  entry: SyncEntry,
  context: CreationContext,
): Promise<Date | undefined> => {
  const ask = (one: string) => context.skopeo.createdAt(one, entry.sourceAccess, context.signal);
  try {
    return await ask(reference);
  } catch (error) {
    if (!(error instanceof WrapperError)) throw error;
    if (error.errorType === 'not_found' || error.errorType === 'invalid_manifest') return undefined;
    if (error.errorType !== 'no_matching_platform') throw error;
    const instance = await anyInstance(reference, entry, context);
    return instance === undefined ? undefined : ask(instance);
  }
};

const createdAt = async (reference: string, entry: SyncEntry, context: CreationContext): Promise<Date | undefined> => {
  const { lookup, memory, signal } = context;
  const head = await lookup.head(reference, entry.sourceAccess, signal);
  const known = head === undefined ? undefined : memory.createdAt(head.digest);
  if (known !== undefined) return known;
  const date = await askCreationTime(reference, entry, context);
  if (head !== undefined && date !== undefined) memory.rememberCreation(head.digest, date);
  return date;
};

/**
 * Looks up creation times with skopeo, once for each content. They are remembered by digest, since the content of a
 * digest never changes.
 */
export const creationTimes =
  (context: CreationContext) =>
  (entry: SyncEntry, repository: Repository): LookUpCreationTimes =>
  async (tags) => {
    const dates = await mapLimited(tags, PROCESSES_AT_A_TIME, async (tag) => {
      const date = await createdAt(dockerReference(repository, { tag }), entry, context);
      return [tag, date] as const;
    });
    return new Map(dates.flatMap(([tag, date]) => (date === undefined ? [] : [[tag, date]])));
  };
