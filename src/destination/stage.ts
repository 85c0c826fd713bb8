import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../text/json.ts';
import type { DestinationContext, Files } from './destination-context.ts';
import { type FileIdentity, identify, identifyHandle, unlinkIfSame } from './file-identity.ts';

const PREFIX = '.skopeo-wrapper-';
const NAME = /^\.skopeo-wrapper-[A-Za-z0-9]{6}$/;
const MARKER = 'stage';
const MAX_MARKER_BYTES = 1024n;

/**
 * Proves that a directory is a stage: we write it into the directory, and it is true only of this directory, not of a
 * copy of it.
 */
const markerSchema = z.object({ 'skopeo-wrapper': z.literal('stage'), directory: z.string() });

export const isStageName = (name: string): boolean => NAME.test(name);

/** A new directory of this run alone, in which an image is made before it is moved to its place. */
export interface Stage extends AsyncDisposable {
  readonly path: string;
  /** Where to make the new image; nothing is there yet. */
  readonly image: string;
  /** Removes what was made there, for another attempt. */
  clear(): Promise<void>;
  /** If `work` fails, the stage stays. The next run finds it by its marker and finishes what the stage describes. */
  keepOnFailure(work: () => Promise<void>): Promise<void>;
}

const markerOf = async (files: Files, path: string): Promise<FileIdentity | undefined> => {
  const directory = await identify(files, path);
  const marker = await identify(files, join(path, MARKER));
  if (directory?.kind !== 'directory' || marker?.kind !== 'file' || marker.sizeBytes > MAX_MARKER_BYTES)
    return undefined;
  try {
    const text = await files.readFile(join(path, MARKER), 'utf8');
    return parseJson(text, markerSchema)?.directory === directory.id ? marker : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Whether a path is a stage of a run, or an unfinished one that is still empty: these may be in the directory of an
 * image.
 */
export const isStage = async (files: Files, path: string): Promise<boolean> => {
  if ((await identify(files, path))?.kind !== 'directory') return false;
  if ((await markerOf(files, path)) !== undefined) return true;
  return (await files.readdir(path)).every((name) => name === MARKER);
};

/** Removes everything in one of our directories; links are not followed. */
const removeContents = async (files: Files, directory: string, keep?: string): Promise<void> => {
  for (const name of await files.readdir(directory)) {
    if (name === keep) continue;
    const path = join(directory, name);
    if ((await identify(files, path))?.kind !== 'directory') await files.unlink(path);
    else {
      await removeContents(files, path);
      await files.rmdir(path);
    }
  }
};

/** The marker is removed last, so that the rest of an unfinished removal can still be recognised as ours. */
const removeStage = async (files: Files, path: string, id: string, markerId: string): Promise<void> => {
  if ((await identify(files, path))?.id !== id) return;
  await removeContents(files, path, MARKER);
  await unlinkIfSame(files, join(path, MARKER), markerId);
  await files.rmdir(path);
};

const writeMarker = async (marker: FileHandle, directory: string): Promise<void> => {
  await marker.writeFile(JSON.stringify({ 'skopeo-wrapper': 'stage', directory }));
};

const NEVER = new AbortController().signal;

/** Makes a stage in a directory, and holds a lock on it that shows other runs that it is in use. */
export const openStage = async (parent: string, { files, lock }: DestinationContext): Promise<Stage> => {
  const path = await files.mkdtemp(join(parent, PREFIX));
  const made = await identify(files, path);
  const marker = await files.open(join(path, MARKER), 'wx', 0o600);
  const { id: markerId } = await identifyHandle(marker);
  const id = made?.id ?? '';
  let isLeft = false;
  const close = async (): Promise<void> => {
    try {
      if (!isLeft) await removeStage(files, path, id, markerId);
    } finally {
      await marker.close();
    }
  };
  try {
    // Without a lock nobody can tell whether a stage is in use; so no run removes it.
    if ((await lock(marker.fd, 'try', NEVER)) === 'taken') await writeMarker(marker, id);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    path,
    image: join(path, 'image'),
    clear: () => removeContents(files, path, MARKER),
    keepOnFailure: async (work) => {
      isLeft = true;
      await work();
      isLeft = false;
    },
    [Symbol.asyncDispose]: close,
  };
};

const sweepStage = async (
  path: string,
  finish: (stage: string) => Promise<void>,
  { files, lock }: DestinationContext,
): Promise<void> => {
  const found = await markerOf(files, path);
  if (found === undefined || Number(found.uid) !== process.getuid?.()) return;
  await using marker = await files.open(join(path, MARKER), 'r+');
  if ((await lock(marker.fd, 'try', NEVER)) !== 'taken') return;
  const { id } = await identifyHandle(marker);
  const directory = await identify(files, path);
  if (id !== found.id || directory === undefined || (await markerOf(files, path))?.id !== id) return;
  await finish(path);
  await removeStage(files, path, directory.id, id);
};

/**
 * Removes the stages that killed runs of this user left in a directory; before that `finish` completes what they were
 * about. What cannot be removed stays for a later run.
 */
export const sweepStages = async (
  parent: string,
  finish: (stage: string) => Promise<void>,
  context: DestinationContext,
): Promise<void> => {
  const names = await context.files.readdir(parent).catch(() => []);
  for (const name of names.filter(isStageName)) {
    await sweepStage(join(parent, name), finish, context).catch(() => undefined);
  }
};
