import { execa } from 'execa';
import { childEnvironment } from '../../secrets/child-environment.ts';
import { withGrace } from '../process/grace.ts';
import type { Skopeo } from './find.ts';

const HELP_TIMEOUT_MS = 10_000;

/** The help text of skopeo or of a subcommand; empty where it has none. */
export const readHelp = async (
  { path }: Skopeo,
  subcommand: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> => {
  const { stdout = '' } = await withGrace(
    execa(path, [...subcommand, '--help'], {
      env: childEnvironment(env),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: HELP_TIMEOUT_MS,
    }),
  );
  return stdout;
};
