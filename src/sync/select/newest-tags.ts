import type { TagRules, TagVerdict, TagVerdicts } from './selection.ts';
import { byVersionDescending, versionOf } from './version.ts';

/** When the image of each tag was created; absent where it could not be told. */
export type CreationTimes = ReadonlyMap<string, Date>;

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
    by === 'semver' ? (tag: string) => versionOf(tag) !== undefined : (tag: string) => created.has(tag);
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

/** Whether the rules can only be applied with creation times. */
export const needsCreationTimes = (rules: TagRules): boolean =>
  rules.maxAgeSeconds !== undefined || rules.latest?.by === 'created';

/** Applies the rules about age and number to tags that passed all others: first the age, then the latest of the rest. */
export const newestTags = (
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
