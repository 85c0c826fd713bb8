import { Counter, Histogram, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';
import { DEFINITIONS, HISTOGRAMS, TOTALS_COUNTERS } from '../contract.ts';
import type { MetricSink } from '../facts.ts';
import type { HistogramValue, SeriesKey, Totals } from '../view.ts';
import { encodeSeriesKey } from './series-key.ts';

/** The contract's counters and histograms of this process, to which trackers add. */
interface Counts extends MetricSink {
  /**
   * Passes everything counted so far to `use`. prom-client returns its values a moment after it was asked; if something
   * was counted meanwhile, it is asked again. So the totals are exact at the moment in which `use` is called.
   */
  read<Result>(use: (totals: Totals) => Result): Promise<Result>;
}

/**
 * Counts in prom-client. These metrics are in no registry, since two numbers are needed under each of their names: a run
 * file holds the counts of this process, and a page shows those of all processes of the host. A page adds up the run
 * files, and does not add this process from here: if another process has already folded the file of this one, it would
 * be counted twice. One metric has one value, so a registry collects the other number under the same name (see
 * `registerMetrics`).
 */
export const createCounts = (): Counts => {
  const counters = new Map<string, Counter>();
  for (const [name, { help, labels }] of TOTALS_COUNTERS)
    counters.set(name, new Counter({ name, help, labelNames: Object.keys(labels), registers: [] }));
  const histograms = new Map<string, Histogram>();
  for (const [name, { help, labels, buckets }] of HISTOGRAMS) {
    const labelNames = Object.keys(labels);
    histograms.set(name, new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [] }));
  }
  let pushes = 0;
  return {
    count: (name, labels, delta = 1) => {
      if (delta === 0) return;
      pushes++;
      counters.get(name)?.inc({ ...labels }, delta);
    },
    observe: (name, labels, value) => {
      pushes++;
      histograms.get(name)?.observe({ ...labels }, value);
    },
    read: async (use) => {
      for (;;) {
        const before = pushes;
        const [counted, observed] = await Promise.all([getAll(counters), getAll(histograms)]);
        if (pushes === before) return use({ counters: byName(counted, sums), histograms: byName(observed, buckets) });
      }
    },
  };
};

type Values = MetricObjectWithValues<MetricValueWithName<string>>;
type SeriesOf<Value> = Readonly<Record<SeriesKey, Value>>;

const getAll = (metrics: ReadonlyMap<string, Counter | Histogram>): Promise<readonly Values[]> =>
  Promise.all([...metrics.values()].map((metric) => metric.get()));

/** Metrics with at least one count. */
const byName = <Value>(metrics: readonly Values[], seriesOf: (metric: Values) => SeriesOf<Value>) =>
  Object.fromEntries(
    metrics.filter(({ values }) => values.length > 0).map((metric) => [metric.name, seriesOf(metric)]),
  );

const sums = ({ name, values }: Values): SeriesOf<number> =>
  Object.fromEntries(values.map(({ labels, value }) => [keyOf(name, labels), value]));

/** prom-client returns buckets as Prometheus needs them: the smallest first, each including all smaller ones. */
const buckets = ({ name, values }: Values): SeriesOf<HistogramValue> => {
  const series: Record<SeriesKey, { counts: number[]; sum: number; below: number }> = {};
  for (const { metricName, labels, value } of values) {
    const key = keyOf(name, labels);
    const { counts, sum, below } = series[key] ?? { counts: [], sum: 0, below: 0 };
    if (metricName === `${name}_bucket`) series[key] = { counts: [...counts, value - below], sum, below: value };
    if (metricName === `${name}_sum`) series[key] = { counts, sum: value, below };
  }
  return Object.fromEntries(Object.entries(series).map(([key, { counts, sum }]) => [key, { counts, sum }]));
};

const keyOf = (name: string, labels: Values['values'][number]['labels']): SeriesKey =>
  encodeSeriesKey(Object.keys(DEFINITIONS.get(name)?.labels ?? {}).map((label) => String(labels[label])));
