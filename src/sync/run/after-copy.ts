import { WrapperError } from '../../errors/wrapper-error.ts';
import { localState } from '../../image/local-image.ts';
import { destinationAccess, isSeveralPlatforms, type SyncJob } from '../job.ts';
import type { PlannedImage } from '../plan.ts';
import type { RunContext } from '../ports.ts';
import type { ImageCopyResult } from './copy-image.ts';

type AfterCopyContext = Pick<RunContext, 'lookup' | 'memory' | 'signal'>;

const digestAtDestination = async (
  job: SyncJob,
  { destination, sourceDigest, entry }: PlannedImage,
  result: ImageCopyResult,
  { lookup, signal }: AfterCopyContext,
): Promise<string | undefined> => {
  if (!destination.startsWith('docker://')) return (await localState(destination))?.digest;
  if (result.digest !== undefined) return result.digest;
  if (entry.copy.content === 'all' && entry.copy.preserveDigests && sourceDigest !== undefined) return sourceDigest;
  return (await lookup.head(destination, destinationAccess(job)(destination), signal))?.digest;
};

/**
 * The result of a copy is only remembered if the source has not changed meanwhile; otherwise a later run could take an
 * old image for an unchanged one.
 */
const rememberResult = async (
  image: PlannedImage,
  digest: string,
  { missingPlatforms = [] }: ImageCopyResult,
  context: AfterCopyContext,
): Promise<void> => {
  const { source, destination, entry, sourceDigest } = image;
  if (sourceDigest === undefined || !source.startsWith('docker://')) return;
  if (digest === sourceDigest && !isSeveralPlatforms(entry.copy.content)) return;
  const now = await context.lookup.head(source, entry.sourceAccess, context.signal);
  if (now?.digest !== sourceDigest) return;
  const copy = { sourceDigest, settings: entry.copy, destination };
  context.memory.rememberResult(copy, digest);
  context.memory.rememberMissingPlatforms(copy, missingPlatforms);
};

/**
 * Finds out and remembers what is at the destination after a copy. An error here makes nothing fail: then it returns
 * nothing.
 */
export const afterCopy = async (
  job: SyncJob,
  image: PlannedImage,
  result: ImageCopyResult,
  context: AfterCopyContext,
): Promise<string | undefined> => {
  try {
    const digest = await digestAtDestination(job, image, result, context);
    if (digest === undefined) return undefined;
    context.memory.rememberOwned(image.destination, digest);
    await rememberResult(image, digest, result, context);
    return digest;
  } catch (error) {
    if (error instanceof WrapperError || context.signal.aborted) return undefined;
    throw error;
  }
};
