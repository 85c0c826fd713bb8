import { readdirSync, readlinkSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ImageReference } from '../image/reference.ts';
import { fullPath, isOutOfBounds } from './bounds.ts';
import { type DestinationContext, hostContext } from './destination-context.ts';
import { lockDirectory, makeDirectory, type Patience } from './directory-lock.ts';
import { identifyHandle, unlinkIfSame } from './file-identity.ts';

/**
 * Names under which containers/image writes a blob before it is whole: `os.CreateTemp(dir, "dir-put-blob")` and
 * `"oci-put-blob"` (directory_dest.go, oci_dest.go). A killed skopeo leaves them behind.
 */
const PARTIAL_BLOB = /^(?:dir|oci)-put-blob\d+$/;

/** Modes that skopeo gives to archives. Sources: docker/archive/writer.go; `os.Create` in oci/archive/oci_dest.go. */
const ARCHIVE_MODES: Readonly<Record<string, number>> = { docker_archive: 0o644, oci_archive: 0o666 };

/** A local destination to which skopeo writes directly. The wrapper only removes what a failure leaves behind. */
export interface DirectCopy extends AsyncDisposable {
  /** Before an attempt. */
  begin(): Promise<void>;
  /** Looks at what the skopeo of this attempt is writing. Called often, and right before skopeo is ended. */
  look(pid: number): void;
  /**
   * Called after a failed attempt: removes what the attempt left half-written. It is not an image, and the next attempt
   * would fail because of it.
   */
  clear(): Promise<void>;
}

/**
 * A file is ours if we created it. An archive that does not exist yet is created empty, by a call that fails if
 * anything has that name, even a link; then skopeo fills it.
 */
const directArchive = (path: string, mode: number, { files }: DestinationContext): DirectCopy => {
  let made: FileHandle | undefined;
  // The descriptor stays open: until it is closed, no other file can get this inode.
  const close = async (): Promise<void> => {
    await made?.close();
    made = undefined;
  };
  return {
    begin: async () => {
      const real = await fullPath(files, dirname(path)).catch(() => undefined);
      if (real === undefined || isOutOfBounds(path) || isOutOfBounds(real)) return;
      made = await files.open(path, 'wx', mode).catch(() => undefined);
    },
    look: () => undefined,
    clear: async () => {
      if (made !== undefined) await unlinkIfSame(files, path, (await identifyHandle(made)).id);
      await close();
    },
    [Symbol.asyncDispose]: close,
  };
};

/**
 * Files in a directory that a process has open and that have the name of an unfinished blob; none where there is no
 * procfs.
 */
const partialBlobsOf = (pid: number, directory: string): ReadonlyMap<string, string> => {
  const descriptors = `/proc/${pid}/fd`;
  const found = new Map<string, string>();
  try {
    for (const descriptor of readdirSync(descriptors)) {
      const path = readlinkSync(join(descriptors, descriptor));
      if (dirname(path) !== directory || !PARTIAL_BLOB.test(basename(path))) continue;
      const { dev, ino } = statSync(join(descriptors, descriptor), { bigint: true });
      found.set(path, `${dev}:${ino}`);
    }
  } catch {
    // The process is gone meanwhile: what was seen before counts.
  }
  return found;
};

/** An unfinished blob is ours if our skopeo was seen writing it: that of another run has the same kind of name. */
const directDirectory = (path: string, { files }: DestinationContext): DirectCopy => {
  const seen = new Map<string, string>();
  let real: string | undefined;
  return {
    begin: async () => {
      seen.clear();
      real = await fullPath(files, path).catch(() => undefined);
    },
    look: (pid) => {
      if (real === undefined || isOutOfBounds(real)) return;
      for (const [file, id] of partialBlobsOf(pid, real)) seen.set(file, id);
    },
    clear: async () => {
      for (const [file, id] of seen) await unlinkIfSame(files, file, id);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
};

/**
 * skopeo reads a layout's index, adds the image and writes the index back, so that of two copies at the same time one
 * image is silently lost. Therefore a copy waits until the other one has ended.
 */
const directLayout = async (path: string, patience: Patience, context: DestinationContext): Promise<DirectCopy> => {
  const layout = await makeDirectory(path, context).catch(() => undefined);
  const lock = await lockDirectory(path, patience, context).catch(() => undefined);
  return {
    ...directDirectory(path, context),
    [Symbol.asyncDispose]: async () => {
      await layout?.removeIfEmpty();
      await lock?.[Symbol.asyncDispose]();
    },
  };
};

/**
 * Watches over a copy that skopeo makes in place. For an OCI layout it first waits for its turn. Absent if the
 * destination is neither a file nor a directory.
 */
export const openDirectCopy = async (
  { transport, path }: ImageReference,
  cwd: string,
  patience: Patience,
  context: DestinationContext = hostContext,
): Promise<DirectCopy | undefined> => {
  if (path === undefined || path === '') return undefined;
  const place = resolve(cwd, path);
  if (transport === 'oci' && !isOutOfBounds(place)) return directLayout(place, patience, context);
  if (transport === 'dir' || transport === 'oci') return directDirectory(place, context);
  const mode = ARCHIVE_MODES[transport];
  return mode === undefined ? undefined : directArchive(place, mode, context);
};
