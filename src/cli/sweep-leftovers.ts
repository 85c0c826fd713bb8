import type { CommandLine } from '../command-line/command-line.ts';
import type { Context } from '../context.ts';
import { sweepTemporaryDirectories } from '../host/temporary-directory.ts';
import { runDirectoryBase, scratchBase } from '../operation/temporary-directories.ts';
import { privatePlaces } from '../registry/credentials/access-files.ts';

/** Removes what runs that were killed left behind, wherever one like this one puts temporary files. */
export const sweepLeftovers = (
  { values }: Pick<CommandLine, 'values'>,
  { env, cwd }: Pick<Context, 'env' | 'cwd'>,
): void => {
  const tmpdir = values.byName.get('tmpdir')?.at(-1);
  sweepTemporaryDirectories([...privatePlaces(env), runDirectoryBase(env), scratchBase({ tmpdir, env, cwd })]);
};
