import {
  BLOB_OUTCOMES,
  ERROR_TYPES,
  IMAGE_OUTCOMES,
  OPERATIONS,
  STATUSES,
  TRANSPORTS,
} from '../../../tracking/vocabulary.ts';
import type { HistogramValue, Totals } from '../../view.ts';
import { SERIES_SEPARATOR } from './series.ts';

type LabelCheck = (value: string) => boolean;

const oneOf = (values: readonly string[]): LabelCheck => {
  const set = new Set(values);
  return (value) => set.has(value);
};
const matching =
  (pattern: RegExp): LabelCheck =>
  (value) =>
    pattern.test(value);

const operation = oneOf(OPERATIONS);
const status = oneOf(STATUSES);
const errorType = oneOf(ERROR_TYPES);
const transport = oneOf(TRANSPORTS);
const registry = matching(/^(?:[\w.:[\]-]{1,260})$/);
const jobName = matching(/^[A-Za-z0-9_.-]{1,64}$/);

/** Counters by name with what their labels may be, in the order of the labels in a series key. */
const COUNTERS: ReadonlyMap<string, readonly LabelCheck[]> = new Map([
  ['skopeo_operations_total', [operation, status]],
  ['skopeo_blobs_processed_total', [operation, status]],
  ['skopeo_operation_errors_total', [operation, errorType]],
  ['skopeo_source_operations_total', [transport, operation]],
  ['skopeo_destination_operations_total', [transport, operation]],
  ['skopeo_transferred_bytes_total', [operation]],
  ['skopeo_skipped_bytes_total', [operation]],
  ['skopeo_blobs_total', [operation, oneOf(BLOB_OUTCOMES)]],
  ['skopeo_sync_images_total', [oneOf(IMAGE_OUTCOMES)]],
  ['skopeo_operation_retries_total', [operation, errorType]],
  ['skopeo_rate_limit_hits_total', [registry]],
  ['skopeo_orphaned_operations_total', [operation]],
]);

/** Counted from the outcomes of runs, hence never taken from a run's own totals. */
const AGGREGATE_COUNTERS: typeof COUNTERS = new Map([...COUNTERS, ['skopeo_job_runs_total', [jobName, status]]]);

/** Upper bounds of the buckets of operation durations, without `+Inf`. */
export const DURATION_BUCKETS_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600] as const;
const BLOB_SIZE_BUCKETS = 12;

const HISTOGRAMS: ReadonlyMap<string, { readonly labels: readonly LabelCheck[]; readonly counts: number }> = new Map([
  ['skopeo_operation_duration_seconds', { labels: [operation], counts: DURATION_BUCKETS_SECONDS.length + 1 }],
  ['skopeo_blob_size_bytes', { labels: [operation], counts: BLOB_SIZE_BUCKETS + 1 }],
]);

const MAX_SERIES = 5000;

/** Totals of which everything is known to us, and the number of series that were left out. */
export interface AcceptedTotals {
  readonly totals: Totals;
  readonly rejected: number;
}

/**
 * Checks totals that somebody else may have written. Unknown metrics are left out silently (a newer version may have
 * more); unknown label values, impossible values and histograms of another bucket layout are left out and counted.
 * Undefined: not totals at all, or more series than we ever write.
 */
export const acceptTotals = (value: unknown, from: 'run' | 'aggregate'): AcceptedTotals | undefined => {
  if (!isObject(value) || !isObject(value.counters) || !isObject(value.histograms)) return undefined;
  if (countSeries(value.counters) + countSeries(value.histograms) > MAX_SERIES) return undefined;
  const counted = { rejected: 0 };
  const known = from === 'run' ? COUNTERS : AGGREGATE_COUNTERS;
  const counters = acceptMetrics(value.counters, known, (labels) => labels, isCount, counted);
  const isHistogram = (series: unknown, { counts }: { counts: number }): series is HistogramValue =>
    isObject(series) &&
    isAmount(series.sum) &&
    Array.isArray(series.counts) &&
    series.counts.length === counts &&
    series.counts.every(isCount);
  const histograms = acceptMetrics(value.histograms, HISTOGRAMS, ({ labels }) => labels, isHistogram, counted);
  return { totals: { counters, histograms }, rejected: counted.rejected };
};

const acceptMetrics = <Value, Definition>(
  metrics: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, Definition>,
  labelsOf: (definition: Definition) => readonly LabelCheck[],
  isValue: (value: unknown, definition: Definition) => value is Value,
  counted: { rejected: number },
): Readonly<Record<string, Readonly<Record<string, Value>>>> => {
  const accepted: [string, Readonly<Record<string, Value>>][] = [];
  for (const [name, definition] of known) {
    const series = metrics[name];
    if (!isObject(series)) continue;
    const labels = labelsOf(definition);
    const entries = Object.entries(series);
    const good = entries.filter(
      (entry): entry is [string, Value] => isKey(entry[0], labels) && isValue(entry[1], definition),
    );
    counted.rejected += entries.length - good.length;
    accepted.push([name, Object.fromEntries(good)]);
  }
  return Object.fromEntries(accepted);
};

const isKey = (key: string, labels: readonly LabelCheck[]): boolean => {
  const values = key.split(SERIES_SEPARATOR);
  return values.length === labels.length && labels.every((check, index) => check(values[index] ?? ''));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isCount = (value: unknown): value is number => isAmount(value) && Number.isSafeInteger(value);

const countSeries = (metrics: Readonly<Record<string, unknown>>): number =>
  Object.values(metrics).reduce<number>((sum, series) => sum + (isObject(series) ? Object.keys(series).length : 0), 0);
