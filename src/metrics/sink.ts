import type { HistogramName, LabelsOf, TotalsCounterName } from './contract.ts';

/** Takes countable facts under the contract's names: prom-client's registry, or {@link Totals} to be stored. */
export interface MetricSink {
  count<Name extends TotalsCounterName>(name: Name, labels: LabelsOf<Name>, delta?: number): void;
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, value: number): void;
}

/** A sink that hands everything on to several. */
export const teeSink = (...sinks: readonly MetricSink[]): MetricSink => ({
  count: (name, labels, delta) => {
    for (const sink of sinks) sink.count(name, labels, delta);
  },
  observe: (name, labels, value) => {
    for (const sink of sinks) sink.observe(name, labels, value);
  },
});
