import { OTHER } from '../../contract/definition.ts';
import { REGISTRY } from '../../contract/label-values.ts';
import { addTotals } from '../../totals/arithmetic.ts';
import type { Totals } from '../../view.ts';
import { addErrors, type Sums } from '../files/aggregate.ts';
import { contributionOf } from './contribution.ts';
import { currentJobs, jobRunTotals, mergeJobs, nameJobRuns, withoutOtherJobs } from './job-facts.ts';
import type { UnfoldedRun } from './unfolded-runs.ts';

/**
 * Adds runs to sums. A reader merges all runs, folding merges those that are over: the same function, so that the
 * numbers are the same before and after.
 */
export const mergeRuns = (base: Sums, runs: readonly UnfoldedRun[], nowSeconds: number): Sums => {
  const contributions = runs.map(contributionOf);
  const jobRuns = nameJobRuns(
    base.jobs,
    contributions.flatMap(({ jobRun }) => jobRun ?? []),
  );
  const jobs = currentJobs(mergeJobs([...base.jobs, ...jobRuns.map(({ facts }) => facts)]), nowSeconds);
  const totals = addTotals([base.totals, ...contributions.map((part) => part.totals), ...jobRuns.map(jobRunTotals)]);
  return {
    totals: withoutOtherJobs(capRegistries(totals), jobs),
    jobs,
    errors: addErrors([base.errors, ...contributions.map(({ errors }) => errors)]),
  };
};

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
