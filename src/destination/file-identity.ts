import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from '../errors/system-error.ts';
import type { Files } from './destination-context.ts';

/** What lies at a path, by device and inode: a name proves nothing. Links are not followed. */
export interface FileIdentity {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** `device:inode` */
  readonly id: string;
  readonly sizeBytes: bigint;
  /** Changes with the content of a file. */
  readonly mark: string;
  readonly uid: bigint;
}

const kindOf = (stats: BigIntStats): FileIdentity['kind'] => {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
};

const identityOf = (stats: BigIntStats): FileIdentity => ({
  kind: kindOf(stats),
  id: `${stats.dev}:${stats.ino}`,
  sizeBytes: stats.size,
  mark: `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`,
  uid: stats.uid,
});

/** What lies at a path; absent where nothing does. Throws what else the file system says. */
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

/** Removes a file if it is the one that is meant, and whatever else lies there never. */
export const unlinkIfSame = async (files: Files, path: string, id: string | undefined): Promise<void> => {
  const found = await identify(files, path);
  if (found?.kind === 'file' && found.id === id) await files.unlink(path);
};

const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Moves a file of ours to a name that nothing may have: the system itself refuses to overwrite (EEXIST). Where there are no
 * hard links (FAT, some network file systems) only a look beforehand protects what lies there.
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
