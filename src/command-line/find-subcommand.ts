/** Where the subcommand stands on a command line. */
export interface Subcommand {
  /** The first word that is not an option; undefined: there is none. */
  readonly id: string | undefined;
  /** Everything else in its order: options before the subcommand come first. */
  readonly argv: readonly string[];
}

/**
 * Finds the subcommand behind the global options (`--debug copy SRC DST`, `--tmpdir /x copy SRC DST`), without which
 * nothing else about the line is decided.
 *
 * @param takesValue whether an option, as written (`--tmpdir`), is followed by its value in the next argument
 */
export const findSubcommand = (argv: readonly string[], takesValue: (option: string) => boolean): Subcommand => {
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') break;
    if (!argument.startsWith('-') || argument === '-') return { id: argument, argv: argv.toSpliced(index, 1) };
    if (!argument.includes('=') && takesValue(argument)) index++;
  }
  return { id: undefined, argv };
};

/** Whether help is asked for: `--help` or `-h` before a `--`. */
export const isHelpRequest = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  return options.includes('--help') || options.includes('-h');
};
