import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Family } from '../exposition/family.ts';
import { familiesOfRegistry } from '../exposition/prom-client-families.ts';

/** Gauges that prom-client names like counters, which Prometheus' own linter refuses. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The `process_*` and `nodejs_*` metrics of this process. */
export const openProcessMetrics = (): (() => Promise<readonly Family[]>) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return async () => familiesOfRegistry(await registry.getMetricsAsJSON());
};
