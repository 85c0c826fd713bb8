import type { Metric, MetricValueWithName, Registry } from 'prom-client';

/** One line of a page. `metricName` is that of the metric with `_bucket`, `_sum` or `_count`, for a histogram. */
export type Sample = MetricValueWithName<string>;

/** A metric that holds no values: it is asked for them whenever a page is made. */
interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  /** In prom-client's words: `counter`, `gauge`, `histogram`, `summary`. */
  readonly type: unknown;
  readonly collect: () => Promise<readonly Sample[]>;
}

/**
 * Registers a metric that is collected. prom-client has no class for one, but a registry asks nothing of a metric
 * except what is here: `AggregatorRegistry.aggregate` registers such objects itself. Throws when the name is taken.
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
