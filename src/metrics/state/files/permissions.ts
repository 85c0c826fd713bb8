import { mkdirSync, type Stats } from 'node:fs';

/** Owner writes, group reads, whatever the umask: the directory's mode decides who gets in at all. */
export const STATE_FILE_MODE = 0o640;

const WORLD_WRITABLE = 0o002;

/** Makes a state directory unless it is there: root's own may be read by its group, a user's by nobody else. */
export const makeStateDirectory = (directory: string, uid: number): void => {
  mkdirSync(directory, { recursive: true, mode: uid === 0 ? 0o750 : 0o700 });
};

/**
 * Whether what `uid` says about all runs may be believed. Where everybody can create files, only the owner of the
 * directory and root are: anybody else could plant an aggregate of his own making.
 */
export const mayAggregate = (directory: Pick<Stats, 'mode' | 'uid'>, uid: number): boolean =>
  (directory.mode & WORLD_WRITABLE) === 0 || uid === directory.uid || uid === 0;
