import { NO_TOTALS } from '../../totals/arithmetic.ts';
import type { Totals } from '../../view.ts';
import type { StateErrors } from '../files/state-errors.ts';
import { deadTotals } from './dead-view.ts';
import { type JobRun, jobRunOf } from './job-facts.ts';
import type { UnfoldedRun } from './unfolded-runs.ts';

/** What one run adds to the sums. */
export interface Contribution {
  readonly totals: Totals;
  /** Only of a run that is over. */
  readonly jobRun: JobRun | undefined;
  readonly errors: Partial<StateErrors>;
}

/** Works out what a run adds. */
export const contributionOf = ({ reading, spilled, state }: UnfoldedRun): Contribution => {
  const spill = spilled ? { spilled: 1 } : {};
  if (reading.kind !== 'record') {
    const reason = reading.kind === 'unusable' ? reading.reason : 'unreadable';
    return { totals: NO_TOTALS, jobRun: undefined, errors: { ...spill, [reason]: 1 } };
  }
  const { record, rejectedSeries } = reading;
  return {
    totals: state === 'dead' ? deadTotals(record) : record.totals,
    jobRun: state === 'live' ? undefined : jobRunOf(record),
    errors: { ...spill, ...(rejectedSeries > 0 ? { refused: 1 } : {}) },
  };
};
