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
 * `"oci-put-blob"` (directory_dest.go, oci_dest.go). A skopeo that is killed leaves them behind.
 */
const PARTIAL_BLOB = /^(?:dir|oci)-put-blob\d+$/;

/** Modes that skopeo gives to archives. Sources: docker/archive/writer.go; `os.Create` in oci/archive/oci_dest.go. */
const ARCHIVE_MODES: Readonly<Record<string, number>> = { docker_archive: 0o644, oci_archive: 0o666 };

/** A local destination that skopeo writes to by itself, in its own way; only what a failure leaves behind is our business. */
export interface DirectCopy extends AsyncDisposable {
  /** Before an attempt. */
  begin(): Promise<void>;
  /** Looks at what the skopeo of this attempt is writing; often, and right before it is ended. */
  look(pid: number): void;
  /** After a failed attempt: removes what it left half-written, which is no image, and which the next one would trip over. */
  clear(): Promise<void>;
}

/**
 * A file is ours if it came to be by our hand: an archive that is not there yet is made empty, by a call that fails for
 * anything that has the name, a link included, and skopeo fills it.
 */
const directArchive = (path: string, mode: number, { files }: DestinationContext): DirectCopy => {
  let made: FileHandle | undefined;
  // The descriptor stays open: as long as it is, no other file gets this inode.
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

/** Files in a directory that a process has open, and that are blobs on their way; none where there is no procfs. */
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
    // Gone meanwhile: what was seen before counts.
  }
  return found;
};

/** A blob on its way is ours if our skopeo was seen writing it: another run's has a name just like it. */
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
 * skopeo reads a layout's index, adds the image and writes it, so that of two copies at once one image is lost without a
 * word: one goes after the other.
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
 * Watches over a copy that skopeo makes in place. Into an OCI layout it waits for its turn. Absent for
 * what is no file or directory.
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
