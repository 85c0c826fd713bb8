import { HISTOGRAMS } from './contract.ts';
import type { MetricSink } from './facts.ts';
import { seriesKeyOf } from './registry/series-key.ts';
import type { SeriesKey, Totals } from './view.ts';

/** Totals of one process, which grow by facts. */
interface TotalsCollector extends MetricSink {
  /** A copy of what was collected so far. */
  totals(): Totals;
}

const bucketOf = (buckets: readonly number[], value: number): number => {
  const index = buckets.findIndex((upper) => value <= upper);
  return index === -1 ? buckets.length : index;
};

/**
 * Empty totals, to be filled. They are for what is counted within a merge, which is a pure function and does not wait;
 * prom-client's metrics give their values by promises alone.
 */
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
