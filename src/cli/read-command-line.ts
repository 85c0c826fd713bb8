import { type CommandLine, parseCommandLine, readOwnFlagsAlone } from '../command-line/command-line.ts';
import { UnknownFlagError } from '../command-line/flag-lookup.ts';
import { isNewerThanKnown, withFlagsFromHelp } from '../command-line/flags/help.ts';
import { type FlagTable, SKOPEO_FLAGS } from '../command-line/flags/table.ts';
import { refuseOperands } from '../command-line/refusals.ts';
import type { Context } from '../context.ts';
import { findSkopeo, readHelp } from '../skopeo/binary.ts';

/**
 * The table together with the flags from the help of the installed skopeo; undefined if this skopeo is not newer than
 * the table.
 */
const tableOfNewerSkopeo = async (
  argv: readonly string[],
  context: Context,
  { globalFlags, subcommands }: FlagTable,
  subcommand: string | undefined,
): Promise<FlagTable | undefined> => {
  const { env, cwd, program } = context;
  const { skopeoPath } = readOwnFlagsAlone(argv, env);
  const skopeo = await findSkopeo({ skopeoPath, env, cwd, self: program }).catch(() => undefined);
  if (skopeo === undefined || !isNewerThanKnown(skopeo.version)) return undefined;
  const [rootHelp, help] = await Promise.all([
    readHelp(skopeo, [], env),
    subcommand === undefined ? '' : readHelp(skopeo, [subcommand], env),
  ]);
  return {
    globalFlags: withFlagsFromHelp(globalFlags, rootHelp),
    subcommands: subcommands.map((spec) =>
      spec.name === subcommand ? { ...spec, flags: withFlagsFromHelp(spec.flags, help) } : spec,
    ),
  };
};

/**
 * Parses a command line like {@link parseCommandLine}, and refuses bad operands. If the table does not have a flag and the
 * installed skopeo is newer than the table, the flag is looked up in skopeo's help.
 */
export const readCommandLine = async (
  argv: readonly string[],
  context: Context,
  table: FlagTable = SKOPEO_FLAGS,
  asked: readonly (string | undefined)[] = [],
): Promise<CommandLine> => {
  try {
    const line = parseCommandLine(argv, context.env, table);
    refuseOperands(line);
    return line;
  } catch (error) {
    if (!(error instanceof UnknownFlagError) || asked.includes(error.subcommand)) throw error;
    const newer = await tableOfNewerSkopeo(argv, context, table, error.subcommand);
    if (newer === undefined) throw error;
    return readCommandLine(argv, context, newer, [...asked, error.subcommand]);
  }
};
