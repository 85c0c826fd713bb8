import { createHash } from 'node:crypto';
import { mkdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = 'skopeo-wrapper';

/**
 * Where runs leave their metrics unless told otherwise: `/var/lib/skopeo-wrapper` for root, else below
 * `$XDG_STATE_HOME` (`~/.local/state`). Undefined for a user without a home.
 */
export const defaultStateDir = (env: Environment, uid: number): string | undefined => {
  if (uid === 0) return join('/var/lib', NAME);
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, NAME);
  return env.HOME ? join(env.HOME, '.local/state', NAME) : undefined;
};

/** Where runs go that the state directory cannot take: `/run/skopeo-wrapper` for root, else below `$XDG_RUNTIME_DIR`. */
export const defaultSpillRoot = (env: Environment, uid: number): string | undefined => {
  if (uid === 0) return join('/run', NAME);
  return env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, NAME) : undefined;
};

/** One spill directory per state directory, so that runs of different state directories never mix. */
export const spillDirFor = (spillRoot: string, stateDir: string): string =>
  join(spillRoot, createHash('sha256').update(stateDir).digest('hex').slice(0, 16));

/** A state directory and, where there is one, the place for runs that it could not take. */
export interface StateLocation {
  readonly stateDir: string;
  readonly spillDir?: string;
}

/** A state directory (absolute path) together with its spill directory. */
export const locateState = (stateDir: string, spillRoot: string | undefined): StateLocation =>
  spillRoot === undefined ? { stateDir } : { stateDir, spillDir: spillDirFor(spillRoot, stateDir) };

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
