import type { Env } from '../context.ts';
import { GLOBAL_FLAGS, ROOT_FLAGS } from './flags/global.ts';
import { OWN_FLAGS, variableOf } from './own-flags.ts';
import { parseBoolean } from './values.ts';

const SKOPEO_OPTIONS = [...GLOBAL_FLAGS, ...ROOT_FLAGS]
  .filter(({ kind }) => kind !== 'boolean')
  .flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);

const OWN_OPTIONS = Object.values(OWN_FLAGS).flatMap((spec) => ('value' in spec ? [`--${spec.name}`] : []));

/** Options that may stand before the subcommand and take a value: skopeo's global ones and our own. */
const VALUE_OPTIONS: ReadonlySet<string> = new Set([...SKOPEO_OPTIONS, ...OWN_OPTIONS]);

/** Whether a global option, as written, takes the next argument as its value. */
export const globalOptionTakesValue = (option: string): boolean => VALUE_OPTIONS.has(option);

const FLAG = `--${OWN_FLAGS.json.name}`;

/**
 * Whether `--json` was given, as a flag or in the environment; used for errors that occur before the command line is
 * parsed. A value that cannot be read counts as no.
 */
export const wantsJson = (argv: readonly string[], env: Env): boolean => {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const given = options.findLast((option) => option === FLAG || option.startsWith(`${FLAG}=`));
  if (given !== undefined) return given === FLAG || parseBoolean(given.slice(FLAG.length + 1)) === true;
  return parseBoolean(env[variableOf(OWN_FLAGS.json.name)] ?? '') === true;
};

/** The position of the subcommand on a command line. */
interface Subcommand {
  /** The first word that is not an option; undefined: there is none. */
  readonly id: string | undefined;
  /** All other arguments in their order; options before the subcommand come first. */
  readonly argv: readonly string[];
}

/**
 * Finds the subcommand after the global options (`--debug copy SRC DST`, `--tmpdir /x copy SRC DST`). Everything else
 * about the command line depends on it.
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
