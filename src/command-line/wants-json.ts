import { parseBoolean } from './boolean.ts';
import { OWN_FLAGS, variableOf } from './own-flags.ts';

const FLAG = `--${OWN_FLAGS.json.name}`;

/**
 * Whether the one object of `--json` is asked for, by flag or environment: for an error that keeps the command line from
 * being understood. What cannot be read counts as no.
 */
export const wantsJson = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean => {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const given = options.findLast((option) => option === FLAG || option.startsWith(`${FLAG}=`));
  if (given !== undefined) return given === FLAG || parseBoolean(given.slice(FLAG.length + 1)) === true;
  return parseBoolean(env[variableOf(OWN_FLAGS.json.name)] ?? '') === true;
};
