import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';
import { dockerReference, parseDockerReference } from '../../image/docker-reference.ts';
import { type FilteredIndex, filterIndex } from '../../image/filtered-index.ts';
import type { Platform } from '../../image/platform.ts';
import type { OperationResult } from '../../tracking/events.ts';

/** How an image's copy ended, and which of the platforms asked for its source did not have. */
export type ImageCopyResult = OperationResult & { readonly missingPlatforms?: readonly string[] };

/** One skopeo copy within the copy of an image. */
export type CopyStep = (
  source: string,
  destination: string,
  step: { readonly content: 'all' | 'system' | 'index-only'; readonly preserveDigests: boolean },
) => Promise<OperationResult>;

/** What `dir:` writes into the file `version`. Source: containers/image, directory/directory_dest.go. */
const DIRECTORY_VERSION = 'Directory Transport Version: 1.1\n';

const withDigest = (reference: string, digest: string): string =>
  dockerReference(parseDockerReference(reference), { digest });

const copyIndex = async (index: FilteredIndex, destination: string, copy: CopyStep): Promise<OperationResult> => {
  const directory = makeTemporaryDirectory(tmpdir(), 'index');
  try {
    await writeFile(join(directory, 'version'), DIRECTORY_VERSION);
    await writeFile(join(directory, 'manifest.json'), index.bytes);
    return await copy(`dir:${directory}`, destination, { content: 'index-only', preserveDigests: true });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** Several copies seen as one: the last one's end, everybody's blobs. */
const together = (results: readonly OperationResult[], source: string, destination: string): OperationResult => {
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

const refuseWithoutAny = (source: string, { instances, missing }: FilteredIndex): void => {
  if (instances.length > 0) return;
  throw new WrapperError(`${source} has no image for ${missing.join(', ')}`, {
    errorType: 'no_matching_platform',
    exitCode: EXIT.failure,
    next: 'Name one of its platforms, or take all of them.',
  });
};

/** Copies every image by its digest, then the index that names just these. */
const copyReduced = async (
  source: string,
  destination: string,
  index: FilteredIndex,
  copy: CopyStep,
): Promise<OperationResult> => {
  const results: OperationResult[] = [];
  for (const digest of index.instances) {
    const step = { content: 'system', preserveDigests: true } as const;
    const result = await copy(withDigest(source, digest), withDigest(destination, digest), step);
    results.push(result);
    if (result.outcome === 'error') return together(results, source, destination);
  }
  results.push(await copyIndex(index, destination, copy));
  return together(results, source, destination);
};

/**
 * Copies the platforms wanted of an index and tells which it lacks. An index that has nothing else is copied as it is; what
 * is no index is copied whole.
 * @throws WrapperError `no_matching_platform` when it has none of them.
 */
export const copyPlatforms = async (
  source: string,
  destination: string,
  platforms: readonly Platform[],
  indexBytes: Uint8Array,
  copy: CopyStep,
): Promise<ImageCopyResult> => {
  const index = filterIndex(indexBytes, platforms);
  if (index === undefined) return copy(source, destination, { content: 'all', preserveDigests: true });
  refuseWithoutAny(source, index);
  const result = index.isWhole
    ? await copy(source, destination, { content: 'all', preserveDigests: true })
    : await copyReduced(source, destination, index, copy);
  return { ...result, ...(index.missing.length === 0 ? {} : { missingPlatforms: index.missing }) };
};
