import * as Flags from '@oclif/core/flags';
import type { AlphabetLowercase, FlagInput } from '@oclif/core/interfaces';
import { GLOBAL_FLAGS } from '../command-line/flags/global.ts';
import type { FlagSpec, SubcommandSpec } from '../command-line/flags/spec.ts';
import { OWN_FLAGS, type OwnFlagSpec, variableOf } from '../command-line/own-flags.ts';

const isLetter = (short: string | undefined): short is AlphabetLowercase =>
  short !== undefined && /^[a-z]$/.test(short);

const skopeoFlag = ({ name, short, kind, description, placeholder, hidden, since }: FlagSpec, group: string) => {
  const options = {
    description: since === undefined ? description : `${description} (skopeo ${since} or newer)`,
    helpGroup: group,
    hidden: hidden ?? false,
    ...(isLetter(short) ? { char: short } : {}),
  };
  const flag =
    kind === 'boolean' ? Flags.boolean(options) : Flags.string({ ...options, helpValue: placeholder ?? 'VALUE' });
  return [name, flag] as const;
};

const ownFlag = (spec: OwnFlagSpec<unknown>) => {
  const { name, description, placeholder } = spec;
  const options = { description: `${description} [${variableOf(name)}]`, helpGroup: 'WRAPPER' };
  const flag =
    placeholder === undefined ? Flags.boolean(options) : Flags.string({ ...options, helpValue: placeholder });
  return [name, flag] as const;
};

/**
 * The flags of a subcommand (its own, skopeo's global ones and the wrapper's) as oclif needs them for help and
 * manifest. oclif never parses them; the flag tables do.
 */
export const oclifFlags = (subcommand: SubcommandSpec): FlagInput =>
  Object.fromEntries([
    ...subcommand.flags.map((flag) => skopeoFlag(flag, 'SKOPEO')),
    ...GLOBAL_FLAGS.filter(({ name }) => name !== 'help').map((flag) => skopeoFlag(flag, 'GLOBAL')),
    ...Object.values(OWN_FLAGS).map(ownFlag),
  ]);
