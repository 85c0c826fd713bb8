import { Counter, Histogram, type Registry } from 'prom-client';
import type { MetricDefinition } from './contract/definition.ts';
import { HISTOGRAMS, TOTALS_COUNTERS } from './contract.ts';
import { decodeSeriesKey, zeroSeriesKeys } from './series-key.ts';
import type { MetricSink } from './sink.ts';

const registerCounter = (registry: Registry, name: string, definition: MetricDefinition): Counter => {
  const labelNames = Object.keys(definition.labels);
  const counter = new Counter({ name, help: definition.help, labelNames, registers: [registry] });
  for (const key of zeroSeriesKeys(definition)) counter.labels(...decodeSeriesKey(key)).inc(0);
  return counter;
};

/**
 * Registers the contract's counters and histograms in a registry of prom-client and counts there. The registry may hold
 * other metrics; only a name taken already is an error (prom-client's).
 */
export const createRegistrySink = (registry: Registry): MetricSink => {
  const counters = new Map<string, Counter>();
  for (const [name, definition] of TOTALS_COUNTERS) counters.set(name, registerCounter(registry, name, definition));
  const histograms = new Map<string, Histogram>();
  for (const [name, { help, labels, buckets }] of HISTOGRAMS) {
    const labelNames = Object.keys(labels);
    histograms.set(name, new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [registry] }));
  }
  return {
    count: (name, labels, delta = 1) => counters.get(name)?.inc({ ...labels }, delta),
    observe: (name, labels, value) => histograms.get(name)?.observe({ ...labels }, value),
  };
};
