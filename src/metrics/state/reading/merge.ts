import { addTotals } from '../../totals/arithmetic.ts';
import type { Sums } from '../files/aggregate.ts';
import { addErrors } from '../files/state-errors.ts';
import { contributionOf } from './contribution.ts';
import { currentJobs, jobRunTotals, mergeJobs, nameJobRuns, withoutOtherJobs } from './job-facts.ts';
import { capRegistries } from './registry-cap.ts';
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
