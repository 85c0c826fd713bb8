import { type CreationTimes, needsCreationTimes, newestTags } from './newest-tags.ts';
import type { Selection, TagRules, TagVerdict, TagVerdicts } from './selection.ts';
import { versionOf } from './version.ts';

type Judgement = { readonly keep: boolean; readonly reason: string };

const judgeVersion = (tag: string, { versions }: TagRules): Judgement | undefined => {
  if (versions.length === 0) return undefined;
  const version = versionOf(tag);
  if (version === undefined) return { keep: false, reason: 'is not a version' };
  const range = versions.find((one) => one.includes(version));
  if (range !== undefined) return { keep: true, reason: `in range ${range.text}` };
  const isPrerelease = version.prerelease.length > 0;
  return { keep: false, reason: isPrerelease ? 'prerelease, in no range' : 'in no range of versions' };
};

const judgePattern = (tag: string, { include }: TagRules): Judgement => {
  if (include.length === 0) return { keep: true, reason: 'every tag' };
  const pattern = include.find((one) => one.matches(tag));
  if (pattern === undefined) return { keep: false, reason: 'matches no include pattern' };
  return { keep: true, reason: `matches ${pattern.text}` };
};

const judge = (tag: string, rules: TagRules): Judgement => {
  const excluded = rules.exclude.find((one) => one.matches(tag));
  if (excluded !== undefined) return { keep: false, reason: `excluded by ${excluded.text}` };
  const pattern = judgePattern(tag, rules);
  if (!pattern.keep) return pattern;
  return judgeVersion(tag, rules) ?? pattern;
};

/** Applies the rules that need nothing but the tags' names: exclude, include and version ranges. */
const filterTags = (rules: TagRules, tags: readonly string[]): TagVerdicts => {
  const kept: TagVerdict[] = [];
  const dropped: TagVerdict[] = [];
  for (const tag of tags) {
    const { keep, reason } = judge(tag, rules);
    (keep ? kept : dropped).push({ tag, reason });
  }
  return { kept, dropped };
};

/** Looks up when the images of these tags were created. */
export type LookUpCreationTimes = (tags: readonly string[]) => Promise<CreationTimes>;

const NO_TIMES: CreationTimes = new Map();

/**
 * Decides about every tag of a repository: the listed ones are kept, the others are judged by the rules. Creation times
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
