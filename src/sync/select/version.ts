import { rcompare, SemVer } from 'semver';

/** `v` or nothing, up to three numbers, prerelease, build: a version as tags write it. */
const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?)$/;

const withoutLeadingZeros = (number: string): string => number.replace(/^0+(?=\d)/, '');

/**
 * Reads a tag as a version, missing parts as zero (`v3.14` is 3.14.0), as skopeo's `images-by-semver` does. A suffix such
 * as `-alpine` is a prerelease. Absent: the tag is no version.
 */
export const versionOf = (tag: string): SemVer | undefined => {
  const match = VERSION.exec(tag);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', rest = ''] = match;
  try {
    return new SemVer(`${[major, minor, patch].map(withoutLeadingZeros).join('.')}${rest}`);
  } catch {
    return undefined;
  }
};

/** Orders tags that are versions, highest first; of equal versions the longer tag, then the alphabet, decides; others follow. */
export const byVersionDescending = (a: string, b: string): number => {
  const [versionA, versionB] = [versionOf(a), versionOf(b)];
  const byAlphabet = a < b ? -1 : Number(a > b);
  if (versionA === undefined || versionB === undefined) return Number(!versionA) - Number(!versionB) || byAlphabet;
  return rcompare(versionA, versionB) || b.length - a.length || byAlphabet;
};
