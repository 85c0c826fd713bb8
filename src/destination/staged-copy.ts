import { dirname, join, resolve } from 'node:path';
import { type ArchiveTransport, type LocalTransport, parseLocation } from '../image/docker-reference.ts';
import type { OperationResult } from '../tracking/events.ts';
import { archiveAt } from './archive-image.ts';
import { conflict, fullPath, refuseOutOfBounds } from './bounds.ts';
import { type DestinationContext, type Files, hostContext } from './destination-context.ts';
import { imageFilesIn } from './directory-image.ts';
import { lockDirectory, makeDirectory, type Patience } from './directory-lock.ts';
import { type FileIdentity, identify, moveToFreeName, takeOver } from './file-identity.ts';
import { addToLayout, isStagedWhole, refuseForeignLayout } from './layout.ts';
import { finishReplacement, replaceInPlace } from './replace-directory.ts';
import { openStage, type Stage, sweepStages } from './stage.ts';

/**
 * Copies to `destination`. `sharedBlobs`: a directory of blobs that is used instead of the layout's own, as with
 * skopeo's `--dest-shared-blob-dir`.
 */
export type CopyTo = (destination: string, sharedBlobs?: string) => Promise<OperationResult>;

export interface StagedCopyOptions extends Patience {
  /** What to do if the directory exists already. */
  readonly existingDirectory: 'replace' | 'refuse';
  /** The image at the destination is broken: none of its blobs may be used again. */
  readonly isBroken?: boolean;
  readonly context?: DestinationContext;
}

interface Staging extends StagedCopyOptions {
  readonly context: DestinationContext;
  readonly copy: (image: string, sharedBlobs?: string) => Promise<OperationResult>;
}

/** Finishes and removes what killed runs left in a directory. */
const sweep = (directory: string, context: DestinationContext): Promise<void> =>
  sweepStages(directory, (stage) => finishReplacement(context.files, directory, stage), context);

const hasSucceeded = ({ outcome }: OperationResult): boolean => outcome === 'success';

const replaceArchive = async (files: Files, image: string, path: string, old: FileIdentity): Promise<void> => {
  {
    await using file = await files.open(image, 'r+');
    await takeOver(file, old);
  }
  await files.rename(image, path);
};

const copyArchive = async (
  transport: ArchiveTransport,
  path: string,
  { context, copy }: Staging,
): Promise<OperationResult> => {
  const { files } = context;
  const before = await archiveAt(files, path, transport);
  await using stage = await openStage(dirname(path), context);
  const result = await copy(stage.image);
  if (!hasSucceeded(result)) return result;
  const now = await identify(files, path);
  if (now?.mark !== before?.mark) throw conflict(path, 'was changed by somebody else meanwhile');
  if (now === undefined) await moveToFreeName(files, stage.image, path);
  else await replaceArchive(files, stage.image, path, now);
  return result;
};

const replaceLocked = async (directory: string, stage: Stage, staging: Staging): Promise<void> => {
  const { context } = staging;
  const { files } = context;
  await using _lock = await lockDirectory(directory, staging, context);
  const old = await imageFilesIn(files, directory, stage.path);
  await stage.keepOnFailure(async () => {
    try {
      await replaceInPlace(files, { image: stage.image, directory, stage: stage.path, old });
    } finally {
      await finishReplacement(files, directory, stage.path);
    }
  });
};

const copyDirectory = async (path: string, staging: Staging): Promise<OperationResult> => {
  const { context, copy, existingDirectory } = staging;
  const { files } = context;
  const found = await identify(files, path);
  if (found !== undefined) await sweep(path, context);
  if (found !== undefined && existingDirectory === 'refuse') throw conflict(path, 'exists');
  if (found !== undefined) await imageFilesIn(files, path);
  await using stage = await openStage(found === undefined ? dirname(path) : path, context);
  const result = await copy(stage.image);
  if (!hasSucceeded(result)) return result;
  const isStillFree = found === undefined && (await identify(files, path)) === undefined;
  if (found === undefined && !isStillFree) throw conflict(path, 'was made by somebody else meanwhile');
  if (isStillFree) await files.rename(stage.image, path);
  else await replaceLocked(path, stage, staging);
  return result;
};

const copyLayout = async (path: string, staging: Staging): Promise<OperationResult> => {
  const { context, copy, isBroken = false } = staging;
  const { files } = context;
  const layout = await makeDirectory(path, context);
  try {
    await sweep(path, context);
    await refuseForeignLayout(files, path);
    await using stage = await openStage(path, context);
    const blobs = join(path, 'blobs');
    await files.mkdir(blobs, { recursive: true, mode: 0o755 });
    let result = await copy(stage.image, isBroken ? undefined : blobs);
    // skopeo trusts the name of a blob: it would use a wrong blob with the right name.
    if (hasSucceeded(result) && !isBroken && !(await isStagedWhole(files, stage.image, blobs))) {
      await stage.clear();
      result = await copy(stage.image);
    }
    if (!hasSucceeded(result)) return result;
    await using _lock = await lockDirectory(path, staging, context);
    await addToLayout(files, { staged: stage.image, path, stage: stage.path });
    return result;
  } finally {
    await layout.removeIfEmpty();
  }
};

/** Follows links to directories, as skopeo does; a link that leads nowhere is refused. */
const directoryAt = async (path: string, { files }: DestinationContext): Promise<string> => {
  const found = await identify(files, path);
  if (found?.kind === 'directory' || found === undefined) return path;
  const target = found.kind === 'link' ? await fullPath(files, path) : path;
  if (found.kind === 'link' && target === path) throw conflict(path, 'is a symbolic link that leads nowhere');
  if ((await identify(files, target))?.kind !== 'directory') throw conflict(path, 'is no directory');
  return target;
};

const KINDS: Readonly<Record<LocalTransport, (path: string, staging: Staging) => Promise<OperationResult>>> = {
  dir: async (path, staging) => copyDirectory(await directoryAt(path, staging.context), staging),
  oci: async (path, staging) => {
    await directoryAt(path, staging.context);
    return copyLayout(path, staging);
  },
  'oci-archive': (path, staging) => copyArchive('oci-archive', path, staging),
  'docker-archive': (path, staging) => copyArchive('docker-archive', path, staging),
};

/**
 * Copies to a local destination so that it is the old image or the new one at every moment, however the run ends. The
 * new image is made in a stage, a new directory beside the destination or inside it. Only files that this run made, and
 * an image in the same format with nothing else beside it, are overwritten, renamed or removed. Destinations at
 * registries are written directly.
 * @throws WrapperError `destination_conflict` for a place that holds something else; errors of the file system.
 */
export const copyStaged = async (
  destination: string,
  options: StagedCopyOptions,
  copyTo: CopyTo,
): Promise<OperationResult> => {
  const location = parseLocation(destination);
  if (location.transport === 'docker') return copyTo(destination);
  const { transport } = location;
  const { context = hostContext } = options;
  const path = resolve(location.path);
  await refuseOutOfBounds(context.files, path);
  await context.files.mkdir(dirname(path), { recursive: true });
  await sweep(dirname(path), context);
  const name = destination.slice(`${transport}:${location.path}`.length);
  return KINDS[transport](path, {
    ...options,
    context,
    copy: (image, sharedBlobs) => copyTo(`${transport}:${image}${name}`, sharedBlobs),
  });
};
