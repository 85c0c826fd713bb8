import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseDockerReference, type Repository } from '../../image/docker-reference.ts';
import { parseManifest } from '../../image/manifest.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import type { SyncMemory } from '../check/memory.ts';
import type { SyncEntry } from '../job.ts';
import { mapLimited } from '../map-limited.ts';
import type { SkopeoPort } from '../ports.ts';
import type { LookUpCreationTimes } from '../select/select-tags.ts';

interface CreationContext {
  readonly lookup: Pick<RegistryLookup, 'head' | 'manifest'>;
  readonly skopeo: Pick<SkopeoPort, 'createdAt'>;
  readonly memory: SyncMemory;
  readonly signal: AbortSignal;
}

/** Creation times come from skopeo, one process each. */
const PROCESSES_AT_A_TIME = 8;

/** Any image of an index tells; that there is none for this machine does not matter. */
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

/** Absent for what has no date to tell: a tag that is gone by now, something that is no image. */
const askSkopeo = async (reference: string, entry: SyncEntry, context: CreationContext): Promise<Date | undefined> => {
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
  const date = await askSkopeo(reference, entry, context);
  if (head !== undefined && date !== undefined) memory.rememberCreation(head.digest, date);
  return date;
};

/** Looks creation times up by skopeo, each content once: what a digest stands for never changes, so it is remembered. */
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
