import { closest, distance } from 'fastest-levenshtein';
import { usageError, type WrapperError } from '../errors/wrapper-error.ts';
import type { FlagSpec } from '../skopeo/flags/spec.ts';
import { OWN_FLAGS } from './own-flags.ts';
import type { FlagLookup, FlagShape } from './tokens.ts';

/** A flag that may stand on the command line, and whose it is. */
export interface KnownFlag extends FlagShape {
  /** Absent: a flag of the wrapper. */
  readonly skopeo?: FlagSpec;
}

/** The wrapper's own flags by name. */
export const OWN_KNOWN_FLAGS: ReadonlyMap<string, KnownFlag> = new Map(
  Object.values(OWN_FLAGS).map(({ name, ...spec }) => [name, { name, kind: 'value' in spec ? 'string' : 'boolean' }]),
);

/** `place`: ` of copy`, or empty before a subcommand. */
const unknownFlag = (written: string, place: string, known: readonly string[]): WrapperError => {
  const nearest = closest(written, known);
  const isNear = distance(written, nearest) <= Math.max(2, Math.floor(written.length / 3));
  return usageError(`unknown flag ${written}${place}`, isNear ? `Did you mean ${nearest}?` : helpHint(place));
};

const helpHint = (place: string): string => `See skopeo-wrapper${place.replace(' of', '')} --help.`;

/**
 * Finds the flags of skopeo that are valid for a subcommand (undefined: before it), and the wrapper's own. Throws a
 * usage error with the nearest known flag for others; values, which may be secrets, are not repeated.
 */
export const flagLookup = (flags: readonly FlagSpec[], subcommand?: string): FlagLookup<KnownFlag> => {
  const place = subcommand === undefined ? '' : ` of ${subcommand}`;
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
      const shown = [...byName.values()].filter(({ skopeo }) => !skopeo?.hidden);
      throw unknownFlag(
        `--${name}`,
        place,
        shown.map((other) => `--${other.name}`),
      );
    },
    short(letter, argument) {
      const flag = byLetter.get(letter);
      if (flag !== undefined) return flag;
      const isLongName = byName.has(argument.slice(1));
      throw usageError(`unknown flag -${letter}${place}`, isLongName ? `Did you mean -${argument}?` : helpHint(place));
    },
  };
};
