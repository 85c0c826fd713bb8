import { isClosed, type LabelValues, type MetricDefinition } from '../contract/definition.ts';
import { definitionOf, type LabelsOf, type MetricName } from '../contract.ts';
import type { SeriesKey } from '../view.ts';

const SEPARATOR = '\u001f';

/** The key of a series: its label values in the contract's order. */
export const encodeSeriesKey = (values: readonly string[]): SeriesKey =>
  values.map((value) => value.replaceAll(SEPARATOR, ' ')).join(SEPARATOR);

/** The label values of a key; the reverse of {@link encodeSeriesKey}, for metrics that have labels. */
export const decodeSeriesKey = (key: SeriesKey): readonly string[] => key.split(SEPARATOR);

/** The key of the series of metric `name` with these labels, in any order. */
export const seriesKeyOf = <Name extends MetricName>(name: Name, labels: LabelsOf<Name>): SeriesKey =>
  encodeSeriesKey(Object.keys(definitionOf(name).labels).map((label) => String(Reflect.get(labels, label))));

const withEachValue = (
  prefixes: readonly (readonly string[])[],
  values: LabelValues,
): readonly (readonly string[])[] =>
  isClosed(values) ? prefixes.flatMap((prefix) => values.map((value) => [...prefix, value])) : [];

/** All series that a metric with closed labels can have; empty for a metric with an open label. */
export const closedSeriesKeys = ({ labels }: MetricDefinition): readonly SeriesKey[] => {
  const start: readonly (readonly string[])[] = [[]];
  return Object.values(labels).reduce(withEachValue, start).map(encodeSeriesKey);
};

/** The series of a zero-initialised metric; empty for any other metric. */
export const zeroSeriesKeys = (definition: MetricDefinition): readonly SeriesKey[] =>
  definition.zeroInitialised ? closedSeriesKeys(definition) : [];
