/** One sample: the name's suffix, labels in the order shown, and the bucket's upper bound of a histogram. */
export interface Sample {
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: readonly (readonly [string, string])[];
  /** Upper bound of a `_bucket`, `Infinity` included: the formats write it differently. */
  readonly le?: number;
  readonly value: number;
}

/** A metric with its samples, whatever the format it will be written in. */
export interface Family {
  /** As in the text format: counters end in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  readonly samples: readonly Sample[];
}
