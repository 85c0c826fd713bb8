import { OTHER } from '../../contract/definition.ts';
import { REGISTRY } from '../../contract/label-values.ts';
import type { Totals } from '../../view.ts';

const RATE_LIMIT_HITS = 'skopeo_rate_limit_hits_total';

/** Counts all registries but the first fifty as `_other`: the only label whose values come from outside. */
export const capRegistries = (totals: Totals): Totals => {
  const hits = totals.counters[RATE_LIMIT_HITS] ?? {};
  const named = Object.entries(hits).filter(([registry]) => registry !== OTHER);
  if (named.length <= REGISTRY.limit) return totals;
  const surplus = named.slice(REGISTRY.limit).reduce((sum, [, count]) => sum + count, 0);
  const capped = [...named.slice(0, REGISTRY.limit), [OTHER, (hits[OTHER] ?? 0) + surplus] as const];
  return { ...totals, counters: { ...totals.counters, [RATE_LIMIT_HITS]: Object.fromEntries(capped) } };
};
