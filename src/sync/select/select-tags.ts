import { filterTags } from './filter-tags.ts';
import { type CreationTimes, needsCreationTimes, newestTags } from './newest-tags.ts';
import type { Selection, TagVerdict, TagVerdicts } from './selection.ts';

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
