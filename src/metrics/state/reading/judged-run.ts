import type { RunState, Totals } from '../../view.ts';
import type { Host } from '../host/host.ts';
import { NO_TOTALS } from '../totals/totals-arithmetic.ts';
import { deadTotals } from './dead-view.ts';
import { type JobRun, jobRunOf } from './job-facts.ts';
import { judgeRun } from './liveness.ts';
import type { UnfoldedRun } from './snapshot.ts';
import type { StateErrors } from './state-errors.ts';

/** An unfolded run with its state, and what it adds to the sums. */
export interface JudgedRun {
  readonly run: UnfoldedRun;
  readonly state: RunState;
  readonly totals: Totals;
  readonly jobRun: JobRun | undefined;
  readonly errors: Partial<StateErrors>;
}

/** Judges a run and works out what it adds. */
export const judge = (run: UnfoldedRun, host: Host): JudgedRun => {
  const { reading } = run;
  const spilled = run.spilled ? { spilled: 1 } : {};
  if (reading.kind !== 'record') {
    const reason = reading.kind === 'unusable' ? reading.reason : 'unreadable';
    return { run, state: 'damaged', totals: NO_TOTALS, jobRun: undefined, errors: { ...spilled, [reason]: 1 } };
  }
  const { record, rejectedSeries } = reading;
  const state = judgeRun(record, host);
  return {
    run,
    state,
    totals: state === 'dead' ? deadTotals(record) : record.totals,
    jobRun: state === 'live' ? undefined : jobRunOf(record),
    errors: { ...spilled, ...(rejectedSeries > 0 ? { refused: 1 } : {}) },
  };
};
