import type { CommandLine } from '../command-line/command-line.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { findSkopeo, readHelp } from '../skopeo/binary.ts';
import { nearestWord } from '../text/nearest.ts';

/**
 * Refuses a subcommand that the installed skopeo does not know either: skopeo shows its general help for it. Without a
 * skopeo nothing is refused, since the run itself tells that. Throws a usage error with the nearest of `known`.
 */
export const refuseUnknownSubcommand = async (
  { subcommand, own, values }: CommandLine,
  { env, cwd, program }: Context,
  known: readonly string[],
): Promise<void> => {
  if (subcommand === undefined || values.help || values.version) return;
  const skopeo = await findSkopeo({ skopeoPath: own.skopeoPath, env, cwd, self: program }).catch(() => undefined);
  if (skopeo === undefined) return;
  const [general, help] = await Promise.all([readHelp(skopeo, [], env), readHelp(skopeo, [subcommand], env)]);
  if (general === '' || help !== general) return;
  const near = nearestWord(subcommand, known);
  throw usageError(
    `unknown command ${JSON.stringify(subcommand)}`,
    near === undefined ? 'See skopeo-wrapper --help for the commands.' : `Did you mean ${near}?`,
  );
};
