import { join } from 'node:path';
import type { CommandLine } from '../command-line/command-line.ts';
import type { OwnFlags } from '../command-line/own-flags.ts';
import { refuseOperandCount } from '../command-line/refuse-operand-count.ts';
import { refuseUnsupported } from '../command-line/refuse-unsupported.ts';
import type { Context } from '../context.ts';
import { WrapperError } from '../errors/wrapper-error.ts';
import type { StateLocation } from '../metrics/state/files/directories.ts';
import { sweepLeftovers } from '../registry/credentials/private-directory.ts';
import { findSkopeo, type Skopeo } from '../skopeo/binary/find.ts';
import { versionFile } from '../skopeo/binary/version-file.ts';
import { findLauncher, type Launcher } from '../skopeo/process/parent-death.ts';
import { refuseCredentialsInReferences } from './refuse-credentials.ts';
import { stateLocation } from './state-location.ts';

/** What every command that runs skopeo needs before it can begin. */
export interface Opening {
  readonly state: StateLocation | undefined;
  readonly skopeo: Skopeo;
  readonly launcher: Launcher;
}

/** Leaves a trace in the metrics of a run that found no skopeo to use. `skopeo`: the one that is too old. */
export type RecordUnstarted = (
  error: WrapperError,
  found: Pick<Opening, 'state'> & { readonly skopeo: Skopeo | undefined },
) => Promise<void>;

/** What comes first in every run: bad operands are refused before anything repeats them, leftovers of others swept. */
export const beginRun = (line: CommandLine, { env }: Pick<Context, 'env'>): void => {
  refuseCredentialsInReferences(line.operands);
  refuseOperandCount(line);
  sweepLeftovers(env);
};

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

/**
 * Finds a skopeo that can do what is asked. Where there is none the run counts as failed before the error goes on: a
 * cron job whose PATH is too short leaves no other trace.
 */
export const openRun = async (line: CommandLine, context: Context, record: RecordUnstarted): Promise<Opening> => {
  const state = stateLocation(line.own, context);
  const requireSkopeo = async (): Promise<Skopeo> => {
    let skopeo: Skopeo | undefined;
    try {
      skopeo = await locateSkopeo(line.own, context, state);
      refuseUnsupported(line, skopeo);
      return skopeo;
    } catch (error) {
      if (error instanceof WrapperError) await record(error, { state, skopeo });
      throw error;
    }
  };
  const [skopeo, launcher] = await Promise.all([requireSkopeo(), findLauncher(context.env)]);
  return { state, skopeo, launcher };
};
