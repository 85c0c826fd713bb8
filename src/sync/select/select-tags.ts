import type { Selection, TagRules, TagVerdict, TagVerdicts } from './selection.ts';
import { byVersionDescending, tagVersion } from './version.ts';

/** When the image of each tag was created; absent where that is not known. */
type CreationTimes = ReadonlyMap<string, Date>;

const DAY_SECONDS = 86_400;

const split = (verdicts: readonly TagVerdict[], reasonToDrop: (tag: string) => string | undefined): TagVerdicts => {
  const kept: TagVerdict[] = [];
  const dropped: TagVerdict[] = [];
  for (const verdict of verdicts) {
    const reason = reasonToDrop(verdict.tag);
    if (reason === undefined) kept.push(verdict);
    else dropped.push({ tag: verdict.tag, reason });
  }
  return { kept, dropped };
};

/** Drops tags created longer ago than `maxAgeSeconds`, and those whose age is unknown. */
const dropOld = (
  kept: readonly TagVerdict[],
  maxAgeSeconds: number,
  created: CreationTimes,
  nowMs: number,
): TagVerdicts =>
  split(kept, (tag) => {
    const date = created.get(tag);
    if (date === undefined) return 'has no creation date';
    const ageSeconds = (nowMs - date.getTime()) / 1000;
    return ageSeconds > maxAgeSeconds ? `created ${Math.floor(ageSeconds / DAY_SECONDS)} days ago` : undefined;
  });

/** Keeps the `count` newest tags, by version or by creation date. */
const keepLatest = (
  kept: readonly TagVerdict[],
  { count, by }: { count: number; by: 'semver' | 'created' },
  created: CreationTimes,
): TagVerdicts => {
  const comparable =
    by === 'semver' ? (tag: string) => tagVersion(tag) !== undefined : (tag: string) => created.has(tag);
  const compare =
    by === 'semver'
      ? byVersionDescending
      : (a: string, b: string) =>
          (created.get(b)?.getTime() ?? 0) - (created.get(a)?.getTime() ?? 0) || byVersionDescending(a, b);
  const order = kept.map(({ tag }) => tag).filter(comparable);
  const latest = new Set(order.sort(compare).slice(0, count));
  return split(kept, (tag) => {
    if (latest.has(tag)) return undefined;
    if (!comparable(tag)) return by === 'semver' ? 'is not a version' : 'has no creation date';
    return `not among the latest ${count}`;
  });
};

/** Whether the rules need creation times. */
const needsCreationTimes = (rules: TagRules): boolean =>
  rules.maxAgeSeconds !== undefined || rules.latest?.by === 'created';

/** Applies the rules about age and number to tags that passed all others: first `maxAgeSeconds`, then `latest`. */
const newestTags = (
  rules: TagRules,
  kept: readonly TagVerdict[],
  created: CreationTimes,
  nowMs: number,
): TagVerdicts => {
  const young =
    rules.maxAgeSeconds === undefined ? { kept, dropped: [] } : dropOld(kept, rules.maxAgeSeconds, created, nowMs);
  if (rules.latest === undefined) return young;
  const latest = keepLatest(young.kept, rules.latest, created);
  return { kept: latest.kept, dropped: [...young.dropped, ...latest.dropped] };
};

type TagDecision = { readonly keep: boolean; readonly reason: string };

const judgeVersion = (tag: string, { versions }: TagRules): TagDecision | undefined => {
  if (versions.length === 0) return undefined;
  const version = tagVersion(tag);
  if (version === undefined) return { keep: false, reason: 'is not a version' };
  const range = versions.find((one) => one.includes(version));
  if (range !== undefined) return { keep: true, reason: `in range ${range.text}` };
  const isPrerelease = version.prerelease.length > 0;
  return { keep: false, reason: isPrerelease ? 'prerelease, in no range' : 'in no range of versions' };
};

const judgePattern = (tag: string, { include }: TagRules): TagDecision => {
  if (include.length === 0) return { keep: true, reason: 'every tag' };
  const pattern = include.find((one) => one.matches(tag));
  if (pattern === undefined) return { keep: false, reason: 'matches no include pattern' };
  return { keep: true, reason: `matches ${pattern.text}` };
};

const judgeTag = (tag: string, rules: TagRules): TagDecision => {
  const excluded = rules.exclude.find((one) => one.matches(tag));
  if (excluded !== undefined) return { keep: false, reason: `excluded by ${excluded.text}` };
  const pattern = judgePattern(tag, rules);
  if (!pattern.keep) return pattern;
  return judgeVersion(tag, rules) ?? pattern;
};

/** Applies the rules that need only the names of tags: exclude, include and version ranges. */
const filterTags = (rules: TagRules, tags: readonly string[]): TagVerdicts => {
  const kept: TagVerdict[] = [];
  const dropped: TagVerdict[] = [];
  for (const tag of tags) {
    const { keep, reason } = judgeTag(tag, rules);
    (keep ? kept : dropped).push({ tag, reason });
  }
  return { kept, dropped };
};

/** Looks up when the images of these tags were created. */
export type LookUpCreationTimes = (tags: readonly string[]) => Promise<CreationTimes>;

const NO_TIMES: CreationTimes = new Map();

/**
 * Decides about every tag of a repository: listed tags are kept, and the rules decide about the others. Creation times
 * are looked up only for tags that pass the rules about names.
 */
export const selectTags = async (
  selection: Selection,
  tags: readonly string[],
  creationTimes: LookUpCreationTimes,
  nowMs: number,
): Promise<TagVerdicts> => {
  const listed = new Set(selection.tags);
  const kept: TagVerdict[] = [...listed].map((tag) => ({ tag, reason: 'listed' }));
  const { rules } = selection;
  if (rules === undefined) return { kept, dropped: [] };
  const others = [...new Set(tags)].filter((tag) => !listed.has(tag));
  const named = filterTags(rules, others);
  const created = needsCreationTimes(rules) ? await creationTimes(named.kept.map(({ tag }) => tag)) : NO_TIMES;
  const newest = newestTags(rules, named.kept, created, nowMs);
  return { kept: [...kept, ...newest.kept], dropped: [...named.dropped, ...newest.dropped] };
};
