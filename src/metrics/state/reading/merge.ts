import type { Sums } from '../files/aggregate.ts';
import { addTotals } from '../totals/totals-arithmetic.ts';
import { currentJobs, jobRunTotals, mergeJobs, nameJobRuns, withoutOtherJobs } from './job-facts.ts';
import type { JudgedRun } from './judged-run.ts';
import { capRegistries } from './registry-cap.ts';
import { addErrors } from './state-errors.ts';

/**
 * Adds runs to sums. A reader merges all runs, folding merges those that are over: the same function, so that the
 * numbers are the same before and after.
 */
export const mergeRuns = (base: Sums, runs: readonly JudgedRun[], nowSeconds: number): Sums => {
  const jobRuns = nameJobRuns(
    base.jobs,
    runs.flatMap(({ jobRun }) => jobRun ?? []),
  );
  const jobs = currentJobs(mergeJobs([...base.jobs, ...jobRuns.map(({ facts }) => facts)]), nowSeconds);
  const totals = addTotals([base.totals, ...runs.map((run) => run.totals), ...jobRuns.map(jobRunTotals)]);
  return {
    totals: withoutOtherJobs(capRegistries(totals), jobs),
    jobs,
    errors: addErrors([base.errors, ...runs.map(({ errors }) => errors)]),
  };
};
