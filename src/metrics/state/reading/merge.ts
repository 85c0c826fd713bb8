import type { LiveOperation } from '../../../tracking/live-operation.ts';
import { TRANSPORTS, type Transport } from '../../../tracking/vocabulary.ts';
import { collectTotals } from '../../collected-totals.ts';
import { OTHER, REGISTRY } from '../../contract/definition.ts';
import { countOrphanedOperation } from '../../facts.ts';
import { type FinishedRun, lastRuns } from '../../run-history.ts';
import { addTotals, NO_TOTALS } from '../../totals.ts';
import type { Totals } from '../../view.ts';
import { addErrors, type StateErrors, type Sums } from '../files/aggregate.ts';
import type { RunRecord } from '../files/run-record.ts';
import {
  currentJobs,
  finishedRunOf,
  type JobRun,
  jobRunOf,
  jobRunTotals,
  mergeJobs,
  nameJobRuns,
  withoutOtherJobs,
  withoutOtherRuns,
} from './job-facts.ts';
import type { UnfoldedRun } from './unfolded-runs.ts';

/** What one run adds to the sums. */
interface Contribution {
  readonly totals: Totals;
  /** Only for a finished run. */
  readonly jobRun: JobRun | undefined;
  /** The same for the history. */
  readonly finished: FinishedRun | undefined;
  readonly errors: Partial<StateErrors>;
}

/** Computes what a run adds. */
const contributionOf = ({ reading, spilled, state }: UnfoldedRun): Contribution => {
  const spill = spilled ? { spilled: 1 } : {};
  if (reading.kind !== 'record') {
    const reason = reading.kind === 'unusable' ? reading.reason : 'unreadable';
    return { totals: NO_TOTALS, jobRun: undefined, finished: undefined, errors: { ...spill, [reason]: 1 } };
  }
  const { record, rejectedSeries } = reading;
  return {
    totals: state === 'dead' ? deadTotals(record) : record.totals,
    jobRun: state === 'live' ? undefined : jobRunOf(record),
    finished: state === 'live' ? undefined : finishedRunOf(record),
    errors: { ...spill, ...(rejectedSeries > 0 ? { refused: 1 } : {}) },
  };
};

/**
 * What a run has counted when its process died: its own totals, and each operation in progress as one failed operation,
 * crashed and orphaned, whose duration ends at the last heartbeat. It depends only on the record, so that every reader
 * gets the same numbers.
 */
export const deadTotals = ({ totals, live, heartbeat }: RunRecord): Totals => {
  const crashed = collectTotals();
  for (const operation of live) {
    if (operation.part !== true) countOrphanedOperation(crashed, finishedAt(heartbeat.monotonicMs, operation));
  }
  return addTotals([totals, crashed.totals()]);
};

const finishedAt = (
  lastHeartbeatMs: number,
  { operation, sourceShort, destinationShort, startedMs }: LiveOperation,
) => ({
  operation,
  sourceTransport: transportOf(sourceShort),
  ...(destinationShort === '' ? {} : { destinationTransport: transportOf(destinationShort) }),
  durationSeconds: (lastHeartbeatMs - startedMs) / 1000,
});

/** A short reference begins with its transport: `docker:registry/repository`. */
const transportOf = (short: string): Transport => {
  const label = short.slice(0, Math.max(0, short.indexOf(':'))).replaceAll('-', '_');
  return TRANSPORTS.find((transport) => transport === label) ?? 'unknown';
};

/**
 * Adds runs to sums. A reader merges all runs and folding merges finished ones, with this same function. So the numbers
 * are the same before and after folding.
 */
export const mergeRuns = (base: Sums, runs: readonly UnfoldedRun[], nowSeconds: number): Sums => {
  const contributions = runs.map(contributionOf);
  const jobRuns = nameJobRuns(
    base.jobs,
    contributions.flatMap(({ jobRun }) => jobRun ?? []),
  );
  const jobs = currentJobs(mergeJobs([...base.jobs, ...jobRuns.map(({ facts }) => facts)]), nowSeconds);
  const totals = addTotals([base.totals, ...contributions.map((part) => part.totals), ...jobRuns.map(jobRunTotals)]);
  const finished = contributions.flatMap((part) => part.finished ?? []);
  return {
    totals: withoutOtherJobs(capRegistries(totals), jobs),
    jobs,
    history: lastRuns(withoutOtherRuns([...base.history, ...finished], jobs)),
    errors: addErrors([base.errors, ...contributions.map(({ errors }) => errors)]),
  };
};

const RATE_LIMIT_HITS = 'skopeo_rate_limit_hits_total';

/** Counts all registries except the first fifty as `_other`: only this label has values from outside. */
export const capRegistries = (totals: Totals): Totals => {
  const hits = totals.counters[RATE_LIMIT_HITS] ?? {};
  const named = Object.entries(hits).filter(([registry]) => registry !== OTHER);
  if (named.length <= REGISTRY.limit) return totals;
  const surplus = named.slice(REGISTRY.limit).reduce((sum, [, count]) => sum + count, 0);
  const capped = [...named.slice(0, REGISTRY.limit), [OTHER, (hits[OTHER] ?? 0) + surplus] as const];
  return { ...totals, counters: { ...totals.counters, [RATE_LIMIT_HITS]: Object.fromEntries(capped) } };
};
