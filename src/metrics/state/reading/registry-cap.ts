import type { Totals } from '../../view.ts';
import { OTHER } from './job-facts.ts';

const RATE_LIMIT_HITS = 'skopeo_rate_limit_hits_total';
const MAX_REGISTRIES = 50;

/** Counts all registries but the first fifty as `_other`: the only label whose values come from outside. */
export const capRegistries = (totals: Totals): Totals => {
  const hits = totals.counters[RATE_LIMIT_HITS] ?? {};
  const named = Object.entries(hits).filter(([registry]) => registry !== OTHER);
  if (named.length <= MAX_REGISTRIES) return totals;
  const surplus = named.slice(MAX_REGISTRIES).reduce((sum, [, count]) => sum + count, 0);
  const capped = [...named.slice(0, MAX_REGISTRIES), [OTHER, (hits[OTHER] ?? 0) + surplus] as const];
  return { ...totals, counters: { ...totals.counters, [RATE_LIMIT_HITS]: Object.fromEntries(capped) } };
};
