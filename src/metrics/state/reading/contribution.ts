import type { LiveOperation } from '../../../tracking/live-operation.ts';
import { TRANSPORTS, type Transport } from '../../../tracking/vocabulary.ts';
import { countOrphanedOperation } from '../../facts.ts';
import { addTotals, NO_TOTALS } from '../../totals/arithmetic.ts';
import { collectTotals } from '../../totals/collect.ts';
import type { Totals } from '../../view.ts';
import type { StateErrors } from '../files/aggregate.ts';
import type { RunRecord } from '../files/run-record.ts';
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

/**
 * What a run has counted when its process died: its own totals, and each operation it had in progress as one failed
 * operation, crashed and orphaned, that took from its start to the last heartbeat. Depends on nothing but the record,
 * so that every reader comes to the same numbers.
 */
export const deadTotals = ({ totals, live, heartbeat }: RunRecord): Totals => {
  const crashed = collectTotals();
  for (const operation of live) {
    if (operation.part !== true) countOrphanedOperation(crashed, finishedAt(heartbeat.monotonicMs, operation));
  }
  return addTotals([totals, crashed.totals()]);
};

const finishedAt = (lastHeardMs: number, { operation, sourceShort, destinationShort, startedMs }: LiveOperation) => ({
  operation,
  sourceTransport: transportOf(sourceShort),
  ...(destinationShort === '' ? {} : { destinationTransport: transportOf(destinationShort) }),
  durationSeconds: (lastHeardMs - startedMs) / 1000,
});

/** A short reference begins with its transport: `docker:registry/repository`. */
const transportOf = (short: string): Transport => {
  const label = short.slice(0, Math.max(0, short.indexOf(':'))).replaceAll('-', '_');
  return TRANSPORTS.find((transport) => transport === label) ?? 'unknown';
};
