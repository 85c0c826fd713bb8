import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from '../errors/system-error.ts';
import type { Files } from './destination-context.ts';

/** The device and inode of what is at a path, since a name proves nothing. Links are not followed. */
export interface FileIdentity {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** `device:inode` */
  readonly id: string;
  readonly sizeBytes: bigint;
  /** Changes when the content of a file changes. */
  readonly mark: string;
  readonly uid: bigint;
  readonly gid: bigint;
  /** Permission bits. */
  readonly mode: number;
}

const kindOf = (stats: BigIntStats): FileIdentity['kind'] => {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
};

const PERMISSIONS = 0o777n;

const identityOf = (stats: BigIntStats): FileIdentity => ({
  kind: kindOf(stats),
  id: `${stats.dev}:${stats.ino}`,
  sizeBytes: stats.size,
  mark: `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`,
  uid: stats.uid,
  gid: stats.gid,
  mode: Number(stats.mode & PERMISSIONS),
});

/** What is at a path; absent if there is nothing. Throws any other error of the file system. */
export const identify = async (files: Files, path: string): Promise<FileIdentity | undefined> => {
  try {
    return identityOf(await files.lstat(path, { bigint: true }));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
};

export const identifyHandle = async (handle: FileHandle): Promise<FileIdentity> =>
  identityOf(await handle.stat({ bigint: true }));

/** Removes a file only if it is the expected one, never anything else at that path. */
export const unlinkIfSame = async (files: Files, path: string, id: string | undefined): Promise<void> => {
  const found = await identify(files, path);
  if (found?.kind === 'file' && found.id === id) await files.unlink(path);
};

const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Moves one of our files to a name that must be free: the system itself refuses to overwrite (EEXIST). Where there are
 * no hard links (FAT, some network file systems) only a check beforehand protects an existing file.
 */
export const moveToFreeName = async (files: Files, from: string, to: string): Promise<void> => {
  try {
    await files.link(from, to);
    await files.unlink(from);
  } catch (error) {
    if (!WITHOUT_LINKS.has(errorCode(error))) throw error;
    if ((await identify(files, to)) !== undefined) throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' });
    await files.rename(from, to);
  }
};

/** Gives a new file the mode of the one that it replaces and, as far as we may, its owner: what was private stays so. */
export const takeOver = async (file: FileHandle, old: FileIdentity): Promise<void> => {
  await file.chown(Number(old.uid), Number(old.gid)).catch((error: unknown) => {
    if (errorCode(error) !== 'EPERM') throw error;
  });
  await file.chmod(old.mode);
};
