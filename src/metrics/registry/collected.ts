import type { Metric, MetricValueWithName, Registry } from 'prom-client';

/** One line of a page. For a histogram `metricName` is the name of the metric with `_bucket`, `_sum` or `_count`. */
export type Sample = MetricValueWithName<string>;

/** A metric that stores no values: it is asked for them whenever a page is made. */
interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  /** One of prom-client's types: `counter`, `gauge`, `histogram`, `summary`. */
  readonly type: unknown;
  readonly collect: () => Promise<readonly Sample[]>;
}

/**
 * Registers a metric that is collected. prom-client has no class for such metrics, but a registry uses only the members
 * below: `AggregatorRegistry.aggregate` registers such objects itself. Throws when the name is taken.
 */
export const registerCollected = (
  registry: Pick<Registry, 'registerMetric'>,
  { name, help, type, collect }: CollectedMetric,
): void => {
  const metric = {
    name,
    get: async () => ({ name, help, type, values: await collect(), aggregator: 'sum' }),
    reset: () => undefined,
    type,
  };
  registry.registerMetric(metric as unknown as Metric);
};
