import { defined } from '../../defined.ts';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseLocation } from '../../image/docker-reference.ts';
import { filterIndex, noMatchingPlatform } from '../../image/filtered-index.ts';
import { type Manifest, manifestDigestOf, parseManifest } from '../../image/manifest.ts';
import { isPlatform, onlyInstanceFor, platformName, systemPlatform } from '../../image/platform.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import { failureClass } from '../../skopeo/failure/classify.ts';
import type { BlobDescriptor } from '../../tracking/events.ts';
import { isSeveralPlatforms, type SyncEntry } from '../job.ts';
import type { PlannedImage } from '../plan.ts';

/** What a copy would read. */
type CopyExtent = Pick<PlannedImage, 'blobs' | 'pulls' | 'sourceDigest' | 'missingPlatforms' | 'failure'>;

const wantedInstances = (
  { instances }: Extract<Manifest, { kind: 'list' }>,
  { content, systemPlatform: system }: SyncEntry['copy'],
): readonly string[] => {
  if (content === 'all') return instances.map(({ digest }) => digest);
  const platforms = content === 'system' ? [systemPlatform(system)] : content;
  return platforms.flatMap((platform) => onlyInstanceFor(instances, platform) ?? []);
};

/**
 * If the only requested platform is missing, skopeo reports that failure; of several platforms the existing ones are
 * copied.
 */
const missingPlatforms = (index: Uint8Array, { content }: SyncEntry['copy']): readonly string[] =>
  isSeveralPlatforms(content) ? (filterIndex(index, content)?.missing ?? []) : [];

/** The requested platforms, if the index has none of them for certain: skopeo takes a near variant where it is asked for one. */
const absentPlatforms = (
  index: Uint8Array,
  { instances }: Extract<Manifest, { kind: 'list' }>,
  { content, systemPlatform: system }: SyncEntry['copy'],
): readonly string[] | undefined => {
  if (content === 'all') return undefined;
  if (isSeveralPlatforms(content)) {
    const filtered = filterIndex(index, content);
    return filtered?.instances.length === 0 ? filtered.missing : undefined;
  }
  const wanted = content === 'system' ? systemPlatform(system) : content[0];
  if (wanted === undefined) return undefined;
  const { variant: _, ...anyVariant } = wanted;
  const mayFit = instances.some(({ platform }) => platform === undefined || isPlatform(anyVariant, platform));
  return mayFit ? undefined : [platformName(wanted)];
};

const unique = (blobs: readonly BlobDescriptor[]): readonly BlobDescriptor[] => [
  ...new Map(blobs.map((blob) => [blob.digest, blob])).values(),
];

const readManifests = async (image: PlannedImage, lookup: RegistryLookup, signal: AbortSignal): Promise<CopyExtent> => {
  const { entry, source } = image;
  const location = parseLocation(source);
  if (location.transport !== 'docker') return {};
  const bytes = await lookup.manifest(source, entry.sourceAccess, signal);
  const top = parseManifest(bytes);
  const digest = manifestDigestOf(bytes);
  const known = defined({ sourceDigest: digest });
  if (top?.kind !== 'list') return { ...known, ...defined({ blobs: top && unique(top.blobs) }) };
  const absent = absentPlatforms(bytes, top, entry.copy);
  if (absent !== undefined) throw noMatchingPlatform(source, absent);
  const instances = await Promise.all(
    wantedInstances(top, entry.copy).map(async (instance) =>
      parseManifest(await lookup.manifest(dockerReference(location, { digest: instance }), entry.sourceAccess, signal)),
    ),
  );
  const blobs = unique(instances.flatMap((instance) => (instance?.kind === 'image' ? instance.blobs : [])));
  const missing = missingPlatforms(bytes, entry.copy);
  return { blobs, ...known, ...(missing.length === 0 ? {} : { missingPlatforms: missing }) };
};

/**
 * Reads the manifests of an image that will be copied, for its size and for the layers that it shares with others. It
 * does not do so where that would count as a pull: there the size stays unknown, and only the number of pulls is known,
 * one at least.
 */
export const readExtent = async (
  image: PlannedImage,
  lookup: RegistryLookup,
  signal: AbortSignal,
): Promise<CopyExtent> => {
  const location = parseLocation(image.source);
  if (location.transport === 'docker' && lookup.countsPulls(location.registry)) return { pulls: 1 };
  try {
    return await readManifests(image, lookup, signal);
  } catch (error) {
    if (!(error instanceof WrapperError) || signal.aborted) throw error;
    const { errorType, message, next } = error;
    return failureClass(errorType).retryable === 'no' ? { failure: { errorType, message, ...defined({ next }) } } : {};
  }
};
