import { OTHER } from './contract/definition.ts';
import { HISTOGRAMS, TOTALS_COUNTERS } from './contract.ts';
import { decodeSeriesKey, encodeSeriesKey, seriesKeyOf } from './series-key.ts';
import type { MetricSink } from './sink.ts';
import type { HistogramValue, SeriesKey, Totals } from './view.ts';

type Counters = Record<string, Record<SeriesKey, number>>;
type Histograms = Record<string, Record<SeriesKey, { counts: number[]; sum: number }>>;

/** Totals that grow: by facts, and by the totals of other processes. */
export interface TotalsCollector extends MetricSink {
  add(totals: Totals): void;
  /** A copy of what was collected so far. */
  totals(): Totals;
}

const addCounters = (into: Counters, from: Totals['counters']): void => {
  for (const name in from) {
    into[name] ??= {};
    const series = into[name];
    const added = from[name];
    for (const key in added) series[key] = (series[key] ?? 0) + (added[key] ?? 0);
  }
};

const addHistogram = (into: { counts: number[]; sum: number }, { counts, sum }: HistogramValue): void => {
  for (let index = 0; index < counts.length; index++) {
    into.counts[index] = (into.counts[index] ?? 0) + (counts[index] ?? 0);
  }
  into.sum += sum;
};

const addHistograms = (into: Histograms, from: Totals['histograms']): void => {
  for (const name in from) {
    into[name] ??= {};
    const series = into[name];
    const added = from[name];
    for (const key in added) {
      const value = added[key];
      if (value === undefined) continue;
      series[key] ??= { counts: [], sum: 0 };
      addHistogram(series[key], value);
    }
  }
};

const bucketOf = (buckets: readonly number[], value: number): number => {
  const index = buckets.findIndex((upper) => value <= upper);
  return index === -1 ? buckets.length : index;
};

/** Empty totals, to be filled. */
export const collectTotals = (): TotalsCollector => {
  const counters: Counters = {};
  const histograms: Histograms = {};
  const add = (totals: Totals): void => {
    addCounters(counters, totals.counters);
    addHistograms(histograms, totals.histograms);
  };
  return {
    add,
    count: (name, labels, delta = 1) => {
      if (delta !== 0) addCounters(counters, { [name]: { [seriesKeyOf(name, labels)]: delta } });
    },
    observe: (name, labels, value) => {
      const buckets = HISTOGRAMS.get(name)?.buckets ?? [];
      const counts = new Array<number>(buckets.length + 1).fill(0);
      counts[bucketOf(buckets, value)] = 1;
      addHistograms(histograms, { [name]: { [seriesKeyOf(name, labels)]: { counts, sum: value } } });
    },
    totals: () => {
      const copy = { counters: {}, histograms: {} };
      addCounters(copy.counters, counters);
      addHistograms(copy.histograms, histograms);
      return copy;
    },
  };
};

/** The sum of the totals of many processes, uncapped. */
export const mergeTotals = (all: Iterable<Totals>): Totals => {
  const collector = collectTotals();
  for (const totals of all) collector.add(totals);
  return collector.totals();
};

/** The sum of the totals of two processes, uncapped. */
export const addTotals = (a: Totals, b: Totals): Totals => mergeTotals([a, b]);

const foldBeyondLimit = (
  series: Readonly<Record<SeriesKey, number>>,
  label: number,
  limit: number,
): Record<SeriesKey, number> => {
  const kept = new Set<string>([OTHER]);
  const folded: Record<SeriesKey, number> = {};
  for (const [key, value] of Object.entries(series)) {
    const values = [...decodeSeriesKey(key)];
    const shown = values[label] ?? OTHER;
    if (kept.size <= limit) kept.add(shown);
    if (!kept.has(shown)) values[label] = OTHER;
    const foldedKey = encodeSeriesKey(values);
    folded[foldedKey] = (folded[foldedKey] ?? 0) + value;
  }
  return folded;
};

/** Counters with a label of an open set, where the label stands, and how many values it may have. */
const CAPPED = [...TOTALS_COUNTERS].flatMap(([name, { labels }]) =>
  Object.values(labels).flatMap((values, label) =>
    'limit' in values && values.limit !== undefined ? [{ name, label, limit: values.limit }] : [],
  ),
);

/**
 * Totals in which labels of open sets (registries, job names) have at most as many values as the contract allows. The
 * values met first keep their names, so older totals must be merged before newer ones; the rest becomes `_other`.
 */
export const capTotals = (totals: Totals): Totals => {
  const counters: Record<string, Readonly<Record<SeriesKey, number>>> = { ...totals.counters };
  for (const { name, label, limit } of CAPPED) {
    const series = counters[name];
    if (series === undefined || Object.keys(series).length <= limit) continue;
    counters[name] = foldBeyondLimit(series, label, limit);
  }
  return { counters, histograms: totals.histograms };
};
