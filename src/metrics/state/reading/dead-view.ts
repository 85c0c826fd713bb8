import type { LiveOperation } from '../../../tracking/live-operation.ts';
import { TRANSPORTS } from '../../../tracking/vocabulary.ts';
import type { Totals } from '../../view.ts';
import type { RunRecord } from '../files/run-record.ts';
import { DURATION_BUCKETS_SECONDS } from '../totals/known-series.ts';
import { seriesKey } from '../totals/series.ts';
import { addTotals } from '../totals/totals-arithmetic.ts';

/** The exit status that a shell reports for SIGKILL; stands for every end without a word. */
export const KILLED_EXIT_CODE = 137;

/**
 * What a run has counted when its process died: its own totals, and each operation it had in progress as one failed
 * operation, crashed and orphaned, that took from its start to the last heartbeat. Depends on nothing but the record,
 * so that every reader comes to the same numbers.
 */
export const deadTotals = ({ totals, live, heartbeat }: RunRecord): Totals =>
  addTotals([
    totals,
    ...live.filter(({ part }) => part !== true).map((operation) => crashedOperation(operation, heartbeat.monotonicMs)),
  ]);

const crashedOperation = (live: LiveOperation, lastHeardMs: number): Totals => {
  const { operation, sourceShort, destinationShort } = live;
  const durationSeconds = Math.max(0, lastHeardMs - live.startedMs) / 1000;
  return {
    counters: {
      skopeo_operations_total: { [seriesKey(operation, 'error')]: 1 },
      skopeo_operation_errors_total: { [seriesKey(operation, 'crashed')]: 1 },
      skopeo_orphaned_operations_total: { [seriesKey(operation)]: 1 },
      skopeo_source_operations_total: { [seriesKey(transportOf(sourceShort), operation)]: 1 },
      ...(destinationShort === ''
        ? {}
        : { skopeo_destination_operations_total: { [seriesKey(transportOf(destinationShort), operation)]: 1 } }),
    },
    histograms: {
      skopeo_operation_duration_seconds: {
        [seriesKey(operation)]: { counts: bucketCounts(durationSeconds), sum: durationSeconds },
      },
    },
  };
};

/** A short reference begins with its transport: `docker:registry/repository`. */
const transportOf = (short: string): string => {
  const label = short.slice(0, Math.max(0, short.indexOf(':'))).replaceAll('-', '_');
  return TRANSPORTS.find((transport) => transport === label) ?? 'unknown';
};

const bucketCounts = (seconds: number): number[] => {
  const found = DURATION_BUCKETS_SECONDS.findIndex((bound) => seconds <= bound);
  const bucket = found < 0 ? DURATION_BUCKETS_SECONDS.length : found;
  return Array.from({ length: DURATION_BUCKETS_SECONDS.length + 1 }, (_, index) => (index === bucket ? 1 : 0));
};
