import { join } from 'node:path';
import type { WrapperError } from '../../errors/wrapper-error.ts';
import { isWhole } from '../../image/completeness.ts';
import { dockerReference, isLocal, parseLocation, type Repository } from '../../image/docker-reference.ts';
import { filterIndex } from '../../image/filtered-index.ts';
import { type DestinationState, localState } from '../../image/local-image.ts';
import { digestOf, isManifestType, parseManifest } from '../../image/manifest.ts';
import { linksOf } from '../../image/manifest-links.ts';
import { onlyInstanceFor, type Platform, systemPlatform } from '../../image/platform.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { ManifestHead, RegistryLookup } from '../../registry/lookup.ts';
import { isSeveralPlatforms } from '../job.ts';
import type { PlannedImage, WantedImage } from '../plan.ts';
import { signsAnew } from '../signing.ts';
import { compareDigests, isUnchangedByDigest, UNCHANGED, type Verdict } from './compare.ts';
import type { RememberedCopy, SyncMemory } from './memory.ts';

/** What is needed to check an image. */
interface CheckContext {
  readonly lookup: RegistryLookup;
  readonly memory: SyncMemory;
  readonly destinationAccess: (destination: string) => RegistryAccess;
  readonly signal: AbortSignal;
  /** Read every byte of the image at a local destination, and ask a registry for every part of an index. */
  readonly verify?: boolean;
}

type Checked = Pick<PlannedImage, 'action' | 'reason' | 'sourceDigest' | 'destinationDigest' | 'missingPlatforms'>;

const isImmutable = ({ entry, tag }: WantedImage): boolean =>
  tag !== undefined && entry.immutable.some((pattern) => pattern.matches(tag));

/**
 * Whether a repository has every manifest that an index consists of, at any depth: registries delete manifests even if
 * an index needs them. Costs one request for the index and one for each part, and none if the media type is that of a
 * single image.
 */
export const hasEveryPart = async (
  repository: Repository,
  { digest, mediaType }: ManifestHead,
  context: { readonly lookup: Pick<RegistryLookup, 'head' | 'manifest'>; readonly signal: AbortSignal },
  access: RegistryAccess,
): Promise<boolean> => {
  if (isManifestType(mediaType)) return true;
  const { lookup, signal } = context;
  const { children } = linksOf(await lookup.manifest(dockerReference(repository, { digest }), access, signal));
  for (const child of children) {
    const part = await lookup.head(dockerReference(repository, { digest: child }), access, signal);
    if (part === undefined || !(await hasEveryPart(repository, part, context, access))) return false;
  }
  return true;
};

const isBroken = async ({ destination }: WantedImage, state: DestinationState, context: CheckContext) => {
  const { verify, destinationAccess } = context;
  const location = parseLocation(destination);
  if (location.transport === 'docker')
    return verify === true && !(await hasEveryPart(location, state, context, destinationAccess(destination)));
  const how = verify === true ? 'digests' : 'sizes';
  const { transport: kind, path } = location;
  if (kind !== 'oci') return !(await isWhole({ kind, path }, how));
  return !(await isWhole({ kind, blobs: join(path, 'blobs'), digest: state.digest }, how));
};

const destinationState = async (image: WantedImage, context: CheckContext): Promise<DestinationState | undefined> => {
  const { destination } = image;
  if (isLocal(image.destination)) return localState(destination);
  return context.lookup.head(destination, context.destinationAccess(destination), context.signal);
};

const sourceHead = async (image: WantedImage, context: CheckContext): Promise<ManifestHead | undefined> => {
  const location = parseLocation(image.source);
  if (location.transport !== 'docker') return localState(image.source);
  if (location.digest !== undefined && image.entry.copy.content === 'all') return { digest: location.digest };
  return context.lookup.head(image.source, image.entry.sourceAccess, context.signal);
};

/** What a copy of an index would give; the digest is absent where only skopeo can tell. */
interface ExpectedResult {
  readonly digest: string | undefined;
  readonly missingPlatforms?: readonly string[];
}

const expectedResult = (
  bytes: Uint8Array,
  content: 'system' | readonly Platform[],
  system?: Partial<Platform>,
): ExpectedResult => {
  const manifest = parseManifest(bytes);
  if (manifest?.kind !== 'list') return { digest: undefined };
  if (isSeveralPlatforms(content)) {
    const filtered = filterIndex(bytes, content);
    return { digest: filtered && digestOf(filtered.bytes), missingPlatforms: filtered?.missing ?? [] };
  }
  const wanted = content === 'system' ? systemPlatform(system) : content[0];
  return { digest: wanted && onlyInstanceFor(manifest.instances, wanted) };
};

const atDigest = (source: string, digest: string): string => {
  const location = parseLocation(source);
  return location.transport === 'docker' ? dockerReference(location, { digest }) : source;
};

const rememberedCopy = ({ entry, destination }: WantedImage, source: ManifestHead): RememberedCopy => ({
  sourceDigest: source.digest,
  settings: entry.copy,
  destination,
});

const compareWithIndex = async (
  image: WantedImage,
  source: ManifestHead,
  destination: DestinationState,
  { lookup, memory, signal }: CheckContext,
): Promise<Verdict> => {
  const { copy, sourceAccess } = image.entry;
  if (copy.content === 'all') return { action: 'copy', reason: 'changed at the source' };
  const index = await lookup.manifest(atDigest(image.source, source.digest), sourceAccess, signal);
  const { digest, missingPlatforms = [] } = expectedResult(index, copy.content, copy.systemPlatform);
  if (digest === undefined) return { action: 'copy', reason: 'cannot be compared' };
  const remembered = rememberedCopy(image, source);
  memory.rememberResult(remembered, digest);
  memory.rememberMissingPlatforms(remembered, missingPlatforms);
  return digest === destination.digest
    ? { action: 'skip', reason: 'unchanged' }
    : { action: 'copy', reason: 'changed at the source' };
};

const compare = async (image: WantedImage, destination: DestinationState, context: CheckContext): Promise<Checked> => {
  const source = await sourceHead(image, context);
  const destinationDigest = destination.digest;
  if (source === undefined) return { action: 'copy', reason: 'not found at the source', destinationDigest };
  const { copy } = image.entry;
  const digests = { sourceDigest: source.digest, destinationDigest };
  if (isUnchangedByDigest(copy, source, destination)) return { ...UNCHANGED, ...digests };
  const { memory } = context;
  const remembered = rememberedCopy(image, source);
  const verdict =
    compareDigests(copy, source, destination, memory.resultOf(remembered)) ??
    (await compareWithIndex(image, source, destination, context));
  const missing = memory.missingPlatformsOf(remembered);
  return { ...verdict, ...digests, ...(missing.length === 0 ? {} : { missingPlatforms: missing }) };
};

/** An image that is copied because it could not be compared. */
export const copyUncompared = (image: WantedImage, { message }: WrapperError): PlannedImage => ({
  ...image,
  action: 'copy',
  reason: `could not be compared: ${message}`,
});

/**
 * Finds out whether an image has to be copied. It asks the destination first: an image that is not there needs no
 * comparison. In every case of doubt the image is copied; `unchanged` is always certain.
 * @throws WrapperError when a registry could not be asked.
 */
export const checkImage = async (image: WantedImage, context: CheckContext): Promise<PlannedImage> => {
  const isFixed = isImmutable(image);
  if (isFixed && !isLocal(image.destination) && context.memory.isSettled(image.destination))
    return { ...image, action: 'skip', reason: 'immutable and there before' };
  if (signsAnew(image.entry.copy)) return { ...image, action: 'copy', reason: 'to be signed' };
  const destination = await destinationState(image, context);
  const owned = context.memory.ownedDigest(image.destination);
  if (owned !== undefined && owned !== destination?.digest) context.memory.forgetOwned(image.destination);
  if (destination === undefined) return { ...image, action: 'copy', reason: 'new at the destination' };
  if (await isBroken(image, destination, context))
    return { ...image, action: 'copy', reason: 'not whole at the destination', isBroken: true };
  if (isFixed && context.memory.isSettled(image.destination))
    return { ...image, action: 'skip', reason: 'immutable and there before' };
  const checked = await compare(image, destination, context);
  if (isFixed && checked.action === 'skip') context.memory.rememberSettled(image.destination, destination.digest);
  return { ...image, ...checked };
};

/**
 * Whether the source itself says that it does not have an image. Some registries list tags for years whose image is
 * gone.
 * @throws WrapperError when the source gives no clear answer.
 */
export const isAbsentAtSource = async (
  { source, entry }: WantedImage,
  { lookup, signal }: { readonly lookup: Pick<RegistryLookup, 'head'>; readonly signal: AbortSignal },
): Promise<boolean> =>
  parseLocation(source).transport === 'docker' && (await lookup.head(source, entry.sourceAccess, signal)) === undefined;
