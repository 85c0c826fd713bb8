import { isLabelValue, type MetricDefinition } from './contract/definition.ts';
import { JOB_METRICS } from './contract/job-metrics.ts';
import { HISTOGRAMS, TOTALS_COUNTERS } from './contract.ts';
import type { MetricSink } from './facts.ts';
import { closedSeriesKeys, decodeSeriesKey, seriesKeyOf } from './registry/series-key.ts';
import type { HistogramValue, SeriesKey, Totals } from './view.ts';

type Metrics<Value> = Readonly<Record<string, Readonly<Record<SeriesKey, Value>>>>;

export const NO_TOTALS: Totals = { counters: {}, histograms: {} };

/**
 * Adds totals up. The result does not depend on the order or the grouping of the parts, not even in the last bit.
 * Otherwise a sum could fall by that bit when runs are folded, which Prometheus takes for a restart from zero.
 * Therefore sums of seconds are added as whole microseconds; everything else is whole anyway.
 */
export const addTotals = (parts: Iterable<Totals>): Totals => {
  const counters = new Map<string, Map<SeriesKey, number>>();
  const histograms = new Map<string, Map<SeriesKey, { counts: number[]; units: number }>>();
  for (const part of parts) {
    forEachSeries(part.counters, (name, key, value) => {
      const series = seriesOf(counters, name);
      series.set(key, (series.get(key) ?? 0) + Math.round(value));
    });
    forEachSeries(part.histograms, (name, key, { counts, sum }) => {
      const series = seriesOf(histograms, name);
      const known = series.get(key) ?? { counts: counts.map(() => 0), units: 0 };
      for (const [bucket, count] of counts.entries()) known.counts[bucket] = (known.counts[bucket] ?? 0) + count;
      known.units += Math.round(sum * unitsPerOne(name));
      series.set(key, known);
    });
  }
  return {
    counters: toRecord(counters, (value) => value),
    histograms: toRecord(histograms, ({ counts, units }, name) => ({ counts, sum: units / unitsPerOne(name) })),
  };
};

/** What was counted after `before`; series without a change are left out. */
export const subtractTotals = (after: Totals, before: Totals): Totals => ({
  counters: mapSeries(after.counters, before.counters, (value, known) => nonZero(value - (known ?? 0))),
  histograms: mapSeries(after.histograms, before.histograms, (value, known) => subtractHistogram(value, known)),
});

const subtractHistogram = (after: HistogramValue, before: HistogramValue | undefined): HistogramValue | undefined => {
  const counts = after.counts.map((count, bucket) => count - (before?.counts[bucket] ?? 0));
  return counts.some((count) => count > 0) ? { counts, sum: after.sum - (before?.sum ?? 0) } : undefined;
};

const nonZero = (value: number): number | undefined => (value > 0 ? value : undefined);

const unitsPerOne = (metric: string): number => (metric.endsWith('_seconds') ? 1_000_000 : 1);

const forEachSeries = <Value>(metrics: Metrics<Value>, visit: (name: string, key: SeriesKey, value: Value) => void) => {
  for (const [name, series] of Object.entries(metrics)) {
    for (const [key, value] of Object.entries(series)) visit(name, key, value);
  }
};

const seriesOf = <Value>(metrics: Map<string, Map<SeriesKey, Value>>, name: string): Map<SeriesKey, Value> => {
  const known = metrics.get(name) ?? new Map<SeriesKey, Value>();
  metrics.set(name, known);
  return known;
};

const toRecord = <Value, Shown>(
  metrics: ReadonlyMap<string, ReadonlyMap<SeriesKey, Value>>,
  show: (value: Value, name: string) => Shown,
): Metrics<Shown> =>
  Object.fromEntries(
    [...metrics].map(([name, series]) => [
      name,
      Object.fromEntries([...series].map(([key, value]) => [key, show(value, name)])),
    ]),
  );

const mapSeries = <Value>(
  after: Metrics<Value>,
  before: Metrics<Value>,
  change: (value: Value, known: Value | undefined) => Value | undefined,
): Metrics<Value> =>
  Object.fromEntries(
    Object.entries(after).map(([name, series]) => [
      name,
      Object.fromEntries(
        Object.entries(series).flatMap(([key, value]) => {
          const changed = change(value, before[name]?.[key]);
          return changed === undefined ? [] : [[key, changed]];
        }),
      ),
    ]),
  );

/** Totals of one process, which grow by facts. */
interface TotalsCollector extends MetricSink {
  /** A copy of what was collected so far. */
  totals(): Totals;
}

const bucketOf = (buckets: readonly number[], value: number): number => {
  const index = buckets.findIndex((upper) => value <= upper);
  return index === -1 ? buckets.length : index;
};

/** Empty totals, to be filled. */
export const collectTotals = (): TotalsCollector => {
  const counters: Record<string, Record<SeriesKey, number>> = {};
  const histograms: Record<string, Record<SeriesKey, { counts: number[]; sum: number }>> = {};
  return {
    count: (name, labels, delta = 1) => {
      if (delta === 0) return;
      counters[name] ??= {};
      const key = seriesKeyOf(name, labels);
      counters[name][key] = (counters[name][key] ?? 0) + delta;
    },
    observe: (name, labels, value) => {
      const buckets = HISTOGRAMS.get(name)?.buckets ?? [];
      const key = seriesKeyOf(name, labels);
      histograms[name] ??= {};
      histograms[name][key] ??= { counts: new Array<number>(buckets.length + 1).fill(0), sum: 0 };
      const series = histograms[name][key];
      const bucket = bucketOf(buckets, value);
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += value;
    },
    totals: () => structuredClone({ counters, histograms }),
  };
};

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
