import { createHash } from 'node:crypto';
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
