import { usageError } from '../errors/wrapper-error.ts';
import { parseBoolean } from './boolean.ts';
import { OWN_FLAGS, type OwnFlagSpec, type OwnFlags, variableOf } from './own-flags.ts';

const BOOLEAN = { parse: parseBoolean, hint: 'true or false' };

const read = (spec: OwnFlagSpec<unknown>, text: string, origin: string): unknown => {
  const { parse, hint } = spec.value ?? BOOLEAN;
  const value = parse(text);
  if (value === undefined) throw usageError(`${origin}: "${text}" is not valid`, `Give ${hint}.`);
  return value;
};

/**
 * The wrapper's own flags from the command line (`given`: texts by flag name), else from the environment (an empty
 * variable counts as unset), else their defaults. Throws a usage error that names the flag or variable, the bad value
 * and what is right.
 */
export const readOwnFlags = (
  given: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): OwnFlags => {
  const values = Object.entries(OWN_FLAGS).map(([key, spec]) => {
    const text = given.get(spec.name);
    if (text !== undefined) return [key, read(spec, text, `--${spec.name}`)];
    const variable = variableOf(spec.name);
    const fromEnv = env[variable];
    return [key, fromEnv ? read(spec, fromEnv, variable) : spec.default];
  });
  return Object.fromEntries(values);
};
