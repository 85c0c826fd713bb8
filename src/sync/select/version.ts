import { type Comparator, Range, rcompare, SemVer } from 'semver';
import { usageError } from '../../errors/wrapper-error.ts';

/** A version as tags write it: an optional `v`, up to three numbers, prerelease, build. */
const VERSION_TAG = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?)$/;

const withoutLeadingZeros = (number: string): string => number.replace(/^0+(?=\d)/, '');

/**
 * Reads a tag as a version; missing parts are zero (`v3.14` is 3.14.0), as for skopeo's `images-by-semver`. A suffix
 * such as `-alpine` is a prerelease. Absent: the tag is not a version.
 */
export const tagVersion = (tag: string): SemVer | undefined => {
  const match = VERSION_TAG.exec(tag);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', rest = ''] = match;
  try {
    return new SemVer(`${[major, minor, patch].map(withoutLeadingZeros).join('.')}${rest}`);
  } catch {
    return undefined;
  }
};

/**
 * Orders tags that are versions, highest first, before all others; among equal versions the longer tag comes first,
 * then the alphabet decides.
 */
export const byVersionDescending = (a: string, b: string): number => {
  const [versionA, versionB] = [tagVersion(a), tagVersion(b)];
  const byAlphabet = a < b ? -1 : Number(a > b);
  if (versionA === undefined || versionB === undefined) return Number(!versionA) - Number(!versionB) || byAlphabet;
  return rcompare(versionA, versionB) || b.length - a.length || byAlphabet;
};

/** A set of versions, and the text from which it was parsed. */
export interface VersionRange {
  readonly text: string;
  includes(version: SemVer): boolean;
}

interface Alternative {
  readonly range: Range;
  readonly excluded: readonly Range[];
  readonly namesPrerelease: boolean;
}

const NOT_EQUAL = /!=\s*v?([^\s,|]+)/g;
/** Every part must contain a version and no single `|`; pairs of them have been split off already. */
const ALTERNATIVE = /^[^|]*[\dxX*][^|]*$/;

const refuse = (text: string): never => {
  throw usageError(`"${text}" is not a range of versions`, 'Write it as ">=1.2 <2", "^1.2", "~1.2.3" or "1.x".');
};

const parseRange = (text: string, whole: string): Range => {
  try {
    return new Range(text, { includePrerelease: true, loose: true });
  } catch {
    return refuse(whole);
  }
};

/** One side of `||`: comparisons joined by commas or blanks; `=>`, `=<` and `!=` as in Go's Masterminds/semver. */
const parseAlternative = (text: string, whole: string): Alternative => {
  if (!ALTERNATIVE.test(text)) refuse(whole);
  const excluded = [...text.matchAll(NOT_EQUAL)].map(([, version = '']) => parseRange(version, whole));
  const comparisons = text.replace(NOT_EQUAL, ' ').replaceAll(',', ' ').replaceAll('=>', '>=').replaceAll('=<', '<=');
  const written = comparisons.replace(/\s-\s/g, ' ');
  return {
    range: parseRange(comparisons.trim() || '*', whole),
    excluded,
    namesPrerelease: /\d-[0-9A-Za-z]/.test(written),
  };
};

const accepts = ({ range, excluded, namesPrerelease }: Alternative, version: SemVer, prereleases: boolean): boolean => {
  if (version.prerelease.length > 0 && !namesPrerelease && !prereleases) return false;
  const alternatives: readonly (readonly Comparator[])[] = range.set;
  const matches = alternatives.some((comparators) => comparators.every((comparator) => comparator.test(version)));
  return matches && !excluded.some((one) => one.test(version));
};

/**
 * Parses a range in the syntax of Masterminds/semver, which skopeo uses (`>=3.14, <4 || ~5.1`, `!=1.2.3`). It includes
 * prereleases only where the range names one, or with `prereleases`.
 * @throws WrapperError `usage` when the text is not a range.
 */
export const parseVersionRange = (text: string, options: { prereleases?: boolean } = {}): VersionRange => {
  const alternatives = text.split('||').map((part) => parseAlternative(part, text));
  const prereleases = options.prereleases ?? false;
  return { text, includes: (version) => alternatives.some((one) => accepts(one, version, prereleases)) };
};
