import { resolve } from 'node:path';
import type { OwnFlags } from '../command-line/own-flags.ts';
import type { Context } from '../context.ts';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  type StateLocation,
} from '../metrics/state/files/directories.ts';

/** The state directory of a command, unless it keeps nothing. */
export const stateLocation = (
  { noState, stateDir }: OwnFlags,
  { env, cwd, uid }: Context,
): StateLocation | undefined => {
  if (noState) return undefined;
  const directory = stateDir === undefined ? defaultStateDir(env, uid) : resolve(cwd, stateDir);
  return directory === undefined ? undefined : locateState(directory, defaultSpillRoot(env, uid));
};
