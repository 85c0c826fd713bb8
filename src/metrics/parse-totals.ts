import { isLabelValue, type MetricDefinition } from './contract/definition.ts';
import { HISTOGRAMS, TOTALS_COUNTERS } from './contract.ts';
import { closedSeriesKeys, decodeSeriesKey } from './series-key.ts';
import { capTotals } from './totals.ts';
import type { HistogramValue, SeriesKey, Totals } from './view.ts';

/** What of untrusted totals could be used. */
export interface ParsedTotals {
  readonly totals: Totals;
  /** Series that were left out: labels outside the vocabulary, not a number, other buckets. */
  readonly rejected: number;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isHistogram =
  (buckets: readonly number[]) =>
  (value: unknown): value is HistogramValue =>
    isRecord(value) &&
    isAmount(value.sum) &&
    Array.isArray(value.counts) &&
    value.counts.length === buckets.length + 1 &&
    value.counts.every(isAmount);

/** Thousands of files say the same keys: those of closed labels are looked up, not taken apart. */
const CLOSED_KEYS: ReadonlyMap<MetricDefinition, ReadonlySet<SeriesKey>> = new Map(
  [...TOTALS_COUNTERS.values(), ...HISTOGRAMS.values()].map((each) => [each, new Set(closedSeriesKeys(each))]),
);

const isSeriesKey = (definition: MetricDefinition, key: SeriesKey): boolean => {
  if (CLOSED_KEYS.get(definition)?.has(key)) return true;
  const labels = Object.values(definition.labels);
  const values = decodeSeriesKey(key);
  return values.length === labels.length && labels.every((label, index) => isLabelValue(label, values[index] ?? ''));
};

/**
 * Totals from a file that anybody in the group may have written. Metrics that the contract does not know are ignored (a
 * newer version wrote them); series it does not allow are left out and counted; open label sets are capped.
 */
export const parseTotals = (input: unknown): ParsedTotals => {
  let rejected = 0;

  const parseSeries = <Value>(
    definition: MetricDefinition,
    series: unknown,
    isValue: (value: unknown) => value is Value,
  ): Record<SeriesKey, Value> => {
    const accepted: Record<SeriesKey, Value> = {};
    for (const [key, value] of Object.entries(isRecord(series) ? series : {})) {
      if (isSeriesKey(definition, key) && isValue(value)) accepted[key] = value;
      else rejected++;
    }
    return accepted;
  };

  const group = (name: 'counters' | 'histograms'): Readonly<Record<string, unknown>> => {
    const value = isRecord(input) ? input[name] : undefined;
    return isRecord(value) ? value : {};
  };

  const counters: Record<string, Record<SeriesKey, number>> = {};
  for (const [name, series] of Object.entries(group('counters'))) {
    const definition = TOTALS_COUNTERS.get(name);
    if (definition !== undefined) counters[name] = parseSeries(definition, series, isAmount);
  }

  const histograms: Record<string, Record<SeriesKey, HistogramValue>> = {};
  for (const [name, series] of Object.entries(group('histograms'))) {
    const definition = HISTOGRAMS.get(name);
    if (definition !== undefined) histograms[name] = parseSeries(definition, series, isHistogram(definition.buckets));
  }

  return { totals: capTotals({ counters, histograms }), rejected };
};
