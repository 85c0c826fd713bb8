import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { nearestWord } from '../text/nearest.ts';
import type { FlagSpec } from './flags/spec.ts';
import { OWN_FLAGS } from './own-flags.ts';
import type { FlagLookup, FlagShape } from './tokens.ts';

/** A flag that may stand on the command line, and whether it is skopeo's or the wrapper's. */
export interface KnownFlag extends FlagShape {
  /** Absent: a flag of the wrapper. */
  readonly skopeo?: FlagSpec;
}

/** The wrapper's own flags by name. */
export const OWN_KNOWN_FLAGS: ReadonlyMap<string, KnownFlag> = new Map(
  Object.values(OWN_FLAGS).map(({ name, ...spec }) => [name, { name, kind: 'value' in spec ? 'string' : 'boolean' }]),
);

/** A flag that the table does not have; a newer skopeo may. */
export class UnknownFlagError extends WrapperError {
  /** Undefined: it stood before the subcommand. */
  readonly subcommand: string | undefined;

  constructor(written: string, subcommand: string | undefined, suggestion: string | undefined) {
    const next =
      suggestion === undefined
        ? `See ${['skopeo-wrapper', subcommand ?? [], '--help'].flat().join(' ')}.`
        : `Did you mean ${suggestion}?`;
    super(`unknown flag ${written}${subcommand === undefined ? '' : ` of ${subcommand}`}`, {
      errorType: 'usage',
      exitCode: EXIT.usage,
      next,
    });
    this.subcommand = subcommand;
  }
}

/**
 * Finds the flags of skopeo that are valid for a subcommand (undefined: before it), and the wrapper's own. For other
 * flags it throws a usage error with the nearest known flag. It does not repeat values, which may be secrets.
 */
export const flagLookup = (flags: readonly FlagSpec[], subcommand?: string): FlagLookup<KnownFlag> => {
  const byName = new Map<string, KnownFlag>(OWN_KNOWN_FLAGS);
  const byLetter = new Map<string, KnownFlag>();
  for (const skopeo of flags) {
    const flag: KnownFlag = { name: skopeo.name, kind: skopeo.kind, skopeo };
    byName.set(skopeo.name, flag);
    if (skopeo.short !== undefined) byLetter.set(skopeo.short, flag);
  }
  return {
    long(name) {
      const flag = byName.get(name);
      if (flag !== undefined) return flag;
      const shown = [...byName.values()].filter(({ skopeo }) => !skopeo?.hidden).map((other) => `--${other.name}`);
      throw new UnknownFlagError(`--${name}`, subcommand, nearestWord(`--${name}`, shown));
    },
    short(letter, argument) {
      const flag = byLetter.get(letter);
      if (flag !== undefined) return flag;
      const isLongName = byName.has(argument.slice(1));
      throw new UnknownFlagError(`-${letter}`, subcommand, isLongName ? `-${argument}` : undefined);
    },
  };
};
