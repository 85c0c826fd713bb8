import { defined } from '../../defined.ts';
import { copyStaged } from '../../destination/staged-copy.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import { destinationAccess, isSeveralPlatforms, type SyncJob } from '../job.ts';
import type { PlannedImage } from '../plan.ts';
import type { ImageCopyOptions, SkopeoPort } from '../ports.ts';
import { type CopyStep, copyPlatforms, type ImageCopyResult } from './copy-platforms.ts';

export interface CopyContext {
  readonly skopeo: Pick<SkopeoPort, 'copyImage'>;
  readonly lookup: Pick<RegistryLookup, 'manifest'>;
  readonly signal: AbortSignal;
  /** Told what a person should know meanwhile. */
  readonly warn?: ((message: string) => void) | undefined;
}

const isLocal = (reference: string): boolean => !reference.startsWith('docker://');

const NO_ACCESS: RegistryAccess = {};

/** What holds for every step of an image's copy. */
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
 * Makes one attempt to copy an image in the way its entry asks for: whole indexes, one platform, several platforms; beside
 * its place where that is a directory or an archive.
 * @throws WrapperError for what stops it before or between skopeo's work.
 */
export const copyImage = async (
  job: SyncJob,
  image: PlannedImage,
  attempt: number,
  onLayerFinished: (digest: string) => void,
  { skopeo, lookup, signal, warn }: CopyContext,
): Promise<ImageCopyResult> => {
  const { source, destination, entry } = image;
  const { content, systemPlatform } = entry.copy;
  const common = commonOptions(job, image, attempt, onLayerFinished);
  const copy: CopyStep = (from, to, step) => skopeo.copyImage(from, to, { ...common, ...step }, signal);
  if (isSeveralPlatforms(content)) {
    const bytes = await lookup.manifest(source, entry.sourceAccess, signal);
    return copyPlatforms(source, destination, content, bytes, copy);
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
