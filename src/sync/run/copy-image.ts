import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined } from '../../defined.ts';
import { copyStaged } from '../../destination/staged-copy.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';
import { dockerReference, isLocal, parseDockerReference } from '../../image/docker-reference.ts';
import { type FilteredIndex, filterIndex, noMatchingPlatform } from '../../image/filtered-index.ts';
import type { Platform } from '../../image/platform.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import type { OperationResult } from '../../tracking/events.ts';
import { destinationAccess, isSeveralPlatforms, type SyncJob } from '../job.ts';
import type { PlannedImage } from '../plan.ts';
import type { ImageCopyOptions, SkopeoPort } from '../ports.ts';

/** How the copy of an image ended, and which of the requested platforms its source did not have. */
export type ImageCopyResult = OperationResult & { readonly missingPlatforms?: readonly string[] };

/** One skopeo copy within the copy of an image. */
type CopyStep = (
  source: string,
  destination: string,
  step: { readonly content: 'all' | 'system' | 'index-only'; readonly preserveDigests: boolean },
) => Promise<OperationResult>;

/** What `dir:` writes into the file `version`. Source: containers/image, directory/directory_dest.go. */
const DIRECTORY_VERSION = 'Directory Transport Version: 1.1\n';

const withDigest = (reference: string, digest: string): string =>
  dockerReference(parseDockerReference(reference), { digest });

const copyIndex = async (
  index: FilteredIndex,
  destination: string,
  copy: CopyStep,
  base: string,
): Promise<OperationResult> => {
  const directory = makeTemporaryDirectory(base, 'index');
  try {
    await writeFile(join(directory, 'version'), DIRECTORY_VERSION);
    await writeFile(join(directory, 'manifest.json'), index.bytes);
    return await copy(`dir:${directory}`, destination, { content: 'index-only', preserveDigests: true });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** Several copies as one: the result of the last copy, with the blobs of all. */
const combinedResult = (results: readonly OperationResult[], source: string, destination: string): OperationResult => {
  const last = results.at(-1);
  if (last === undefined) throw new TypeError('an image was copied in no step');
  return {
    ...last,
    source,
    destination,
    blobs: results.flatMap(({ blobs }) => blobs),
    transferredBytes: results.reduce((sum, result) => sum + result.transferredBytes, 0),
    durationSeconds: results.reduce((sum, result) => sum + result.durationSeconds, 0),
  };
};

/** Copies every image by its digest, then the index that names only these. */
const copyReduced = async (
  source: string,
  destination: string,
  index: FilteredIndex,
  copy: CopyStep,
  base: string,
): Promise<OperationResult> => {
  const results: OperationResult[] = [];
  for (const digest of index.instances) {
    const step = { content: 'system', preserveDigests: true } as const;
    const result = await copy(withDigest(source, digest), withDigest(destination, digest), step);
    results.push(result);
    if (result.outcome === 'error') return combinedResult(results, source, destination);
  }
  results.push(await copyIndex(index, destination, copy, base));
  return combinedResult(results, source, destination);
};

/**
 * Copies the requested platforms of an index and reports which ones it lacks. An index that has no others is copied as
 * it is; an image that is not an index is copied whole.
 * @throws WrapperError `no_matching_platform` when it has none of them.
 */
const copyPlatforms = async (
  source: string,
  destination: string,
  platforms: readonly Platform[],
  indexBytes: Uint8Array,
  copy: CopyStep,
  base: string,
): Promise<ImageCopyResult> => {
  const index = filterIndex(indexBytes, platforms);
  if (index === undefined) return copy(source, destination, { content: 'all', preserveDigests: true });
  if (index.instances.length === 0) throw noMatchingPlatform(source, index.missing);
  const result = index.isWhole
    ? await copy(source, destination, { content: 'all', preserveDigests: true })
    : await copyReduced(source, destination, index, copy, base);
  return { ...result, ...(index.missing.length === 0 ? {} : { missingPlatforms: index.missing }) };
};

interface CopyContext {
  readonly skopeo: Pick<SkopeoPort, 'copyImage'>;
  readonly lookup: Pick<RegistryLookup, 'manifest'>;
  readonly signal: AbortSignal;
  /** Called with messages for people. */
  readonly warn?: ((message: string) => void) | undefined;
  readonly temporaryDirectory?: string;
}

const NO_ACCESS: RegistryAccess = {};

/** The settings that all steps of an image's copy share. */
const commonOptions = (
  job: SyncJob,
  { entry, destination }: PlannedImage,
  attempt: number,
  onLayerFinished: (digest: string) => void,
): Omit<ImageCopyOptions, 'content' | 'platform'> => {
  const { content: _content, systemPlatform: _platform, ...settings } = entry.copy;
  return {
    ...settings,
    sourceAccess: entry.sourceAccess,
    destinationAccess: isLocal(destination) ? NO_ACCESS : destinationAccess(job)(destination),
    ...defined({ stallTimeoutSeconds: job.stallTimeoutSeconds }),
    shownDestination: destination,
    onLayerFinished,
    attempt,
  };
};

/**
 * Makes one attempt to copy an image in the way that its entry asks for: a whole index, one platform, or several
 * platforms. A local destination is made in a stage.
 * @throws WrapperError for errors before or between the runs of skopeo.
 */
export const copyImage = async (
  job: SyncJob,
  image: PlannedImage,
  attempt: number,
  onLayerFinished: (digest: string) => void,
  { skopeo, lookup, signal, warn, temporaryDirectory = tmpdir() }: CopyContext,
): Promise<ImageCopyResult> => {
  const { source, destination, entry } = image;
  const { content, systemPlatform } = entry.copy;
  const common = commonOptions(job, image, attempt, onLayerFinished);
  const copy: CopyStep = (from, to, step) => skopeo.copyImage(from, to, { ...common, ...step }, signal);
  if (isSeveralPlatforms(content)) {
    const bytes = await lookup.manifest(source, entry.sourceAccess, signal);
    return copyPlatforms(source, destination, content, bytes, copy, temporaryDirectory);
  }
  const platform = typeof content === 'string' ? systemPlatform : content[0];
  const options: ImageCopyOptions = {
    ...common,
    content: content === 'all' ? 'all' : 'system',
    ...(platform === undefined || content === 'all' ? {} : { platform }),
  };
  const { existingDirectory } = entry;
  const onWait = (): void => warn?.(`waiting for another run to finish with ${destination}`);
  const how = { existingDirectory, isBroken: image.isBroken === true, signal, onWait };
  return copyStaged(destination, how, (to, sharedBlobs) =>
    skopeo.copyImage(source, to, { ...options, ...defined({ sharedBlobs }) }, signal),
  );
};
