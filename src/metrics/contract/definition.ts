/** The values of a label: a closed list, or an open kind whose values are checked by a pattern and limited in number. */
export type LabelValues = readonly string[] | OpenLabelValues;

/** An open set of label values. With a limit, values beyond it are counted under {@link OTHER}. */
export interface OpenLabelValues {
  readonly description: string;
  readonly pattern: RegExp;
  readonly limit?: number;
}

/** Stands for all values of a capped label beyond its limit, and for values that do not match its pattern. */
export const OTHER = '_other';

/**
 * How the values of several processes (counters, histograms, jobs) or of several operations with equal labels (live
 * gauges) become one. `latest`: of the latest run; `writer`, `reader`: of the process that writes or merges.
 */
export type MergeRule = 'sum' | 'max' | 'min' | 'latest' | 'writer' | 'reader';

/** One row of the contract. Name, type, help, labels and buckets are frozen: changing one breaks somebody's query. */
export interface MetricDefinition {
  readonly type: 'counter' | 'histogram' | 'gauge';
  /** Equal in every file and version: node_exporter drops the series of a metric that has two help texts. */
  readonly help: string;
  /** In the order in which they are shown and stored. */
  readonly labels: Readonly<Record<string, LabelValues>>;
  readonly merge: MergeRule;
  readonly where: 'both' | 'listener' | 'textfile';
  /** Whether every combination of the (closed) labels is shown from the start: born at 1, a series has no increase. */
  readonly zeroInitialised?: true;
  /** Upper bounds of a histogram without `+Inf`. */
  readonly buckets?: readonly number[];
  /** When the value changes; for the documentation. */
  readonly updated: string;
}

/** Whether the label's values are a closed list. */
export const isClosed = (values: LabelValues): values is readonly string[] => Array.isArray(values);

/** Whether a label may have this value. */
export const isLabelValue = (values: LabelValues, value: string): boolean =>
  isClosed(values) ? values.includes(value) : value === OTHER || values.pattern.test(value);
