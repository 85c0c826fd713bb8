import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import type { Context } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  type StateLocation,
} from '../metrics/state/files/state-directory.ts';

/** `--state-dir` for commands that read what runs left; if it is given several times, the numbers are added up. */
export const stateDirFlag = Flags.string({
  description: 'state directory, may be given several times [SKOPEO_WRAPPER_STATE_DIR]',
  helpValue: 'DIR',
  multiple: true,
  multipleNonGreedy: true,
});

/**
 * The state directories that are meant: by the flag, by `SKOPEO_WRAPPER_STATE_DIR`, or by default. Throws a usage error
 * if there is no default.
 */
export const stateLocations = (given: readonly string[] | undefined, { env, cwd, uid }: Context): StateLocation[] => {
  const spillRoot = defaultSpillRoot(env, uid);
  if (given !== undefined && given.length > 0) return given.map((path) => locateState(resolve(cwd, path), spillRoot));
  // oclif would pass on the variable of a repeatable flag as a plain string.
  const fromEnvironment = env.SKOPEO_WRAPPER_STATE_DIR;
  const directory = fromEnvironment ? resolve(cwd, fromEnvironment) : defaultStateDir(env, uid);
  if (directory === undefined) {
    throw usageError('there is no state directory: HOME is not set', 'Name one with --state-dir.');
  }
  return [locateState(directory, spillRoot)];
};
