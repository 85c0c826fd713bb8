import { Gauge, type Registry } from 'prom-client';
import { LIVE_METRICS } from './contract/live-metrics.ts';
import { LIVE_GAUGES, liveSeries } from './live-series.ts';
import { decodeSeriesKey } from './series-key.ts';
import type { LiveEntry } from './view.ts';

/** Registers the live gauges in a registry of prom-client, computed anew whenever they are collected. */
export const registerLiveGauges = (registry: Registry, entries: () => readonly LiveEntry[]): void => {
  for (const name of LIVE_GAUGES) {
    const { help, labels } = LIVE_METRICS[name];
    new Gauge({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
      collect() {
        this.reset();
        for (const [key, value] of liveSeries(name, entries())) this.labels(...decodeSeriesKey(key)).set(value);
      },
    });
  }
};
