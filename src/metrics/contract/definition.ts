/** The values of a label: a closed list, or an open kind whose values are checked by a pattern and limited in number. */
export type LabelValues = readonly string[] | OpenLabelValues;

/** An open set of label values. With a limit, values beyond it are counted under {@link OTHER}. */
interface OpenLabelValues {
  readonly description: string;
  readonly pattern: RegExp;
  readonly limit?: number;
}

/** Replaces all values of a limited label beyond its limit, and values that do not match its pattern. */
export const OTHER = '_other';

/**
 * How the values of several processes (counters, histograms, jobs) or of several operations with equal labels (live
 * gauges) are combined. `latest`: that of the latest run; `writer`, `reader`: that of the process that writes or
 * merges.
 */
type MergeRule = 'sum' | 'max' | 'min' | 'latest' | 'writer' | 'reader';

/**
 * One row of the contract. Name, type, help, labels and buckets never change: a change would break somebody's query.
 */
export interface MetricDefinition {
  readonly type: 'counter' | 'histogram' | 'gauge';
  /** The same in every file and version: if a metric has two help texts, node_exporter drops its series. */
  readonly help: string;
  /** In the order in which they are shown and stored. */
  readonly labels: Readonly<Record<string, LabelValues>>;
  readonly merge: MergeRule;
  readonly where: 'both' | 'listener' | 'textfile';
  /**
   * Whether every combination of the (closed) labels is shown from the start. A series that starts at 1 would show no
   * increase.
   */
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

/** `host[:port]`; the limit holds for a state directory. */
export const REGISTRY = {
  description: '`host[:port]`',
  pattern: /^(?:[a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/,
  limit: 50,
} as const satisfies OpenLabelValues;

/** Names given by `--job-name`. */
export const JOB_NAME = {
  description: 'as given by `--job-name`: `^[A-Za-z0-9_.-]{1,64}$`',
  pattern: /^[A-Za-z0-9_.-]{1,64}$/,
  limit: 100,
} as const satisfies OpenLabelValues;

/** A shortened image reference: exists only while an operation runs, hence bounded by concurrency. */
export const SHORT_REFERENCE = {
  description:
    'transport, registry and repository without tag, digest or credentials; of paths the last two components; ' +
    'at most 64 characters; empty without a destination',
  pattern: /^[^\u0000-\u001f\u007f]{0,64}$/u,
} as const satisfies OpenLabelValues;

/** Version strings and names that this program sets itself. */
export const OWN_TEXT = {
  description: 'set by skopeo-wrapper',
  pattern: /^[^\u0000-\u001f\u007f]{0,128}$/u,
} as const satisfies OpenLabelValues;
