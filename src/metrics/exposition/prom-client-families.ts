import type { MetricObjectWithValues, MetricValueWithName } from 'prom-client';
import type { Family, Sample } from './family.ts';

/** What `Registry.getMetricsAsJSON()` gives; prom-client's types hide the enum behind words and the `metricName`. */
type PromClientMetric = Omit<MetricObjectWithValues<MetricValueWithName<string>>, 'type'> & {
  readonly type: unknown;
};

const SUFFIXES = ['_bucket', '_sum', '_count'] as const;
const TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const;

const toBound = (le: string | number): number => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le));

const toSample = (name: string, { metricName = name, labels, value }: MetricValueWithName<string>): Sample => {
  const suffix = SUFFIXES.find((candidate) => metricName === `${name}${candidate}`);
  const { le, ...others } = labels;
  return {
    labels: Object.entries(others).map(([label, text]) => [label, String(text)] as const),
    value,
    ...(suffix === undefined ? {} : { suffix }),
    ...(suffix === '_bucket' && le !== undefined ? { le: toBound(le) } : {}),
  };
};

/**
 * Metrics of a prom-client registry as families, so that they can be written in both formats: rendering by prom-client
 * itself as OpenMetrics renames the registry's counters for good.
 */
export const familiesOfRegistry = (metrics: readonly PromClientMetric[]): readonly Family[] =>
  metrics.flatMap(({ name, help, type, values }) => {
    const known = TYPES.find((candidate) => candidate === type);
    return known === undefined
      ? []
      : [{ name, help, type: known, samples: values.map((value) => toSample(name, value)) }];
  });
