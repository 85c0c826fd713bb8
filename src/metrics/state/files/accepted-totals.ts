import { isLabelValue, type MetricDefinition } from '../../contract/definition.ts';
import { JOB_METRICS } from '../../contract/job-metrics.ts';
import { HISTOGRAMS, TOTALS_COUNTERS } from '../../contract.ts';
import { closedSeriesKeys, decodeSeriesKey } from '../../registry/series-key.ts';
import type { HistogramValue, SeriesKey, Totals } from '../../view.ts';

/** These are counted from the outcomes of runs, and therefore never taken from a run's own totals. */
const isJobMetric = (name: string): boolean => Object.hasOwn(JOB_METRICS, name);

const RUN_COUNTERS: typeof TOTALS_COUNTERS = new Map([...TOTALS_COUNTERS].filter(([name]) => !isJobMetric(name)));

/** Thousands of files contain the same keys: those of closed labels are looked up, not parsed. */
const CLOSED_KEYS: ReadonlyMap<MetricDefinition, ReadonlySet<SeriesKey>> = new Map(
  [...TOTALS_COUNTERS.values(), ...HISTOGRAMS.values()].map((each) => [each, new Set(closedSeriesKeys(each))]),
);

const MAX_SERIES = 5000;

/** The part of totals that our contract knows, and the number of series that were left out. */
interface AcceptedTotals {
  readonly totals: Totals;
  readonly rejected: number;
}

/**
 * Checks totals that another user may have written. Unknown metrics are left out silently (a newer version may have
 * more); unknown label values, impossible values and histograms with other buckets are left out and counted. Undefined:
 * these are not totals, or have more series than we ever write.
 */
export const acceptTotals = (value: unknown, from: 'run' | 'aggregate'): AcceptedTotals | undefined => {
  if (!isObject(value) || !isObject(value.counters) || !isObject(value.histograms)) return undefined;
  if (countSeries(value.counters) + countSeries(value.histograms) > MAX_SERIES) return undefined;
  const counted = { rejected: 0 };
  const counters = acceptMetrics(value.counters, from === 'run' ? RUN_COUNTERS : TOTALS_COUNTERS, isCount, counted);
  const histograms = acceptMetrics(value.histograms, HISTOGRAMS, isHistogram, counted);
  return { totals: { counters, histograms }, rejected: counted.rejected };
};

const acceptMetrics = <Value, Definition extends MetricDefinition>(
  metrics: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, Definition>,
  isValue: (value: unknown, definition: Definition) => value is Value,
  counted: { rejected: number },
): Readonly<Record<string, Readonly<Record<SeriesKey, Value>>>> => {
  const accepted: [string, Readonly<Record<SeriesKey, Value>>][] = [];
  for (const [name, definition] of known) {
    const series = metrics[name];
    if (!isObject(series)) continue;
    const entries = Object.entries(series);
    const good = entries.filter(
      (entry): entry is [SeriesKey, Value] => isSeriesKey(entry[0], definition) && isValue(entry[1], definition),
    );
    counted.rejected += entries.length - good.length;
    accepted.push([name, Object.fromEntries(good)]);
  }
  return Object.fromEntries(accepted);
};

const isSeriesKey = (key: SeriesKey, definition: MetricDefinition): boolean => {
  if (CLOSED_KEYS.get(definition)?.has(key)) return true;
  const labels = Object.values(definition.labels);
  const values = decodeSeriesKey(key);
  return values.length === labels.length && labels.every((label, index) => isLabelValue(label, values[index] ?? ''));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isCount = (value: unknown): value is number => isAmount(value) && Number.isSafeInteger(value);

const isHistogram = (value: unknown, { buckets = [] }: MetricDefinition): value is HistogramValue =>
  isObject(value) &&
  isAmount(value.sum) &&
  Array.isArray(value.counts) &&
  value.counts.length === buckets.length + 1 &&
  value.counts.every(isCount);

const countSeries = (metrics: Readonly<Record<string, unknown>>): number =>
  Object.values(metrics).reduce<number>((sum, series) => sum + (isObject(series) ? Object.keys(series).length : 0), 0);
