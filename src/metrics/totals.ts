import type { HistogramValue, SeriesKey, Totals } from './view.ts';

type SeriesByMetric<Value> = Readonly<Record<string, Readonly<Record<SeriesKey, Value>>>>;

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

const forEachSeries = <Value>(
  metrics: SeriesByMetric<Value>,
  visit: (name: string, key: SeriesKey, value: Value) => void,
) => {
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
): SeriesByMetric<Shown> =>
  Object.fromEntries(
    [...metrics].map(([name, series]) => [
      name,
      Object.fromEntries([...series].map(([key, value]) => [key, show(value, name)])),
    ]),
  );

const mapSeries = <Value>(
  after: SeriesByMetric<Value>,
  before: SeriesByMetric<Value>,
  change: (value: Value, known: Value | undefined) => Value | undefined,
): SeriesByMetric<Value> =>
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
