import { compilePattern } from '../select/pattern.ts';
import type { Selection, TagRules } from '../select/selection.ts';
import { parseVersionRange } from '../select/version-range.ts';
import { durationSeconds } from './duration.ts';
import type { SyncFileImage, SyncFileTagRules } from './schema.ts';

type Tags = SyncFileImage['tags'];

const RULES = [
  'include',
  'exclude',
  'semver',
  'max-age',
  'latest',
] as const satisfies readonly (keyof SyncFileTagRules)[];

const toTagRules = (rules: SyncFileTagRules): TagRules => {
  const prereleases = rules.prereleases ?? false;
  return {
    include: (rules.include ?? []).map(compilePattern),
    exclude: (rules.exclude ?? []).map(compilePattern),
    versions: (rules.semver ?? []).map((range) => parseVersionRange(range, { prereleases })),
    ...(rules['max-age'] === undefined ? {} : { maxAgeSeconds: durationSeconds(rules['max-age']) }),
    ...(rules.latest === undefined ? {} : { latest: { count: rules.latest, by: rules['latest-by'] ?? 'semver' } }),
  };
};

/** A list alone needs no listing of the repository; neither do digests alone. */
const isListOnly = (tags: Tags, digests: readonly string[], rules: SyncFileTagRules): boolean => {
  if (tags === 'all') return false;
  if (Array.isArray(tags)) return true;
  if (tags === undefined) return digests.length > 0;
  return tags.list !== undefined && RULES.every((rule) => rules[rule] === undefined);
};

/** What an image of the file asks for, with the tag rules of `defaults` wherever it has none of its own. */
export const toSelection = (
  tags: Tags,
  digests: readonly string[],
  defaults: SyncFileTagRules | undefined,
): Selection => {
  const own = typeof tags === 'object' && !Array.isArray(tags) ? tags : {};
  const rules = tags === undefined || own === tags ? { ...defaults, ...own } : {};
  const list = Array.isArray(tags) ? tags : (own.list ?? []);
  const isFixed = isListOnly(tags, digests, own);
  return {
    tags: list,
    digests,
    ...(isFixed ? {} : { rules: toTagRules(rules) }),
    minimum: isFixed ? (own.min ?? 0) : (rules.min ?? 1),
  };
};
