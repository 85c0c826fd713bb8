import { closest, distance } from 'fastest-levenshtein';
import { usageError, type WrapperError } from '../errors/wrapper-error.ts';
import type { FlagSpec } from '../skopeo/flags/spec.ts';
import { OWN_FLAGS } from './own-flags.ts';
import type { FlagLookup, FlagShape } from './tokens.ts';

/** A flag that may stand on the command line, and whose it is. */
export interface KnownFlag extends FlagShape {
  readonly short?: string;
  /** Absent: a flag of the wrapper. */
  readonly skopeo?: FlagSpec;
}

/** The wrapper's own flags by name. */
export const OWN_KNOWN_FLAGS: ReadonlyMap<string, KnownFlag> = new Map(
  Object.values(OWN_FLAGS).map(({ name, ...spec }) => [name, { name, kind: 'value' in spec ? 'string' : 'boolean' }]),
);

const unknownFlag = (written: string, where: string, known: Iterable<string>): WrapperError => {
  const nearest = closest(written, [...known]);
  const isNear = distance(written, nearest) <= Math.max(2, Math.floor(written.length / 3));
  return usageError(
    `unknown flag ${written} ${where}`,
    isNear ? `Did you mean ${nearest}?` : `See skopeo-wrapper ${where === '' ? '' : `${where.slice(3)} `}--help.`,
  );
};

/**
 * Finds the flags of skopeo that are valid at a place, and the wrapper's own. `where` (`of copy`) is for error texts.
 * Throws a usage error with the nearest known flag for others.
 */
export const flagLookup = (flags: readonly FlagSpec[], where: string): FlagLookup<KnownFlag> => {
  const byName = new Map<string, KnownFlag>(OWN_KNOWN_FLAGS);
  const byLetter = new Map<string, KnownFlag>();
  for (const skopeo of flags) {
    const { name, kind, short } = skopeo;
    byName.set(name, { name, kind, skopeo });
    if (short !== undefined) byLetter.set(short, { name, kind, short, skopeo });
  }
  return {
    long(name) {
      const flag = byName.get(name);
      if (flag === undefined)
        throw unknownFlag(
          `--${name}`,
          where,
          [...byName.keys()].map((known) => `--${known}`),
        );
      return flag;
    },
    short(letter, argument) {
      const flag = byLetter.get(letter);
      if (flag !== undefined) return flag;
      if (byName.has(argument.slice(1)))
        throw usageError(`unknown flag -${letter} in ${argument}`, `Did you mean -${argument}?`);
      throw unknownFlag(
        `-${letter}`,
        where,
        [...byLetter.keys()].map((known) => `-${known}`),
      );
    },
  };
};
