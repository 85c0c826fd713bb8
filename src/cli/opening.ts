import { join } from 'node:path';
import type { OwnFlags } from '../command-line/own-flags.ts';
import type { Context } from '../context.ts';
import type { StateLocation } from '../metrics/state/files/directories.ts';
import { findSkopeo, type Skopeo } from '../skopeo/binary/find.ts';
import { versionFile } from '../skopeo/binary/version-file.ts';

/** Finds the skopeo to use; its version is remembered in the state directory. */
export const locateSkopeo = (
  own: OwnFlags,
  { env, cwd, program }: Context,
  state: StateLocation | undefined,
): Promise<Skopeo> =>
  findSkopeo({
    skopeoPath: own.skopeoPath,
    env,
    cwd,
    self: program,
    ...(state === undefined ? {} : { cache: versionFile(join(state.stateDir, 'skopeo-version.json')) }),
  });
