import { Registry } from 'prom-client';
import type { Clock } from '../../context.ts';
import { definitionOf, METRIC_NAMES, type MetricName } from '../contract.ts';
import type { MetricsView } from '../view.ts';
import { registerCollected, type Sample } from './collected.ts';
import { type Series, samplesOf, samplesOfView, type WriterInfo } from './view-samples.ts';

/** What the metrics of a registry tell. */
interface ViewSource {
  /** The numbers of this moment: of this process alone, or of all of the host with this one among them. */
  readonly view: () => Promise<MetricsView>;
  readonly info: WriterInfo;
}

/**
 * Registers metrics of the contract, which are collected from the source whenever a page is made. Throws prom-client's
 * error when a name is taken.
 */
export const registerMetrics = (registry: Registry, names: readonly MetricName[], source: ViewSource): void => {
  const { view, info } = inOneGo(source);
  for (const name of names) register(registry, name, async () => samplesOfView(name, await view(), info));
};

/** Registers one metric of the contract whose values somebody else knows. */
export const registerSeries = (registry: Registry, name: MetricName, series: () => Promise<Series>): void =>
  register(registry, name, async () => samplesOf(name, await series()));

/** The registry of a process, and for each kind of page a registry of what only such a page shows besides. */
interface PageRegistries {
  readonly shared: Registry;
  readonly listener: Registry;
  readonly textfile: Registry;
}

/** Registers every metric of the contract but `skopeo_wrapper_http_requests_total`, which a listener counts. */
export const createRegistries = (source: ViewSource, clock: Clock): PageRegistries => {
  const shared = new Registry();
  const listener = new Registry();
  const textfile = new Registry();
  const oneSource = inOneGo(source);
  registerMetrics(shared, namesFor('both'), oneSource);
  registerMetrics(
    listener,
    namesFor('listener').filter((name) => name !== REQUESTS),
    oneSource,
  );
  registerWriteTime(textfile, clock);
  return { shared, listener, textfile };
};

/** Shows whoever reads node_exporter that the file is kept fresh. */
export const registerWriteTime = (registry: Registry, clock: Clock): void =>
  registerSeries(registry, 'skopeo_wrapper_textfile_write_timestamp_seconds', async () => [
    ['', clock.wallMs() / 1000],
  ]);

const REQUESTS = 'skopeo_wrapper_http_requests_total';

const namesFor = (where: 'both' | 'listener'): readonly MetricName[] =>
  METRIC_NAMES.filter((name) => definitionOf(name).where === where);

const register = (registry: Registry, name: MetricName, collect: () => Promise<readonly Sample[]>): void => {
  const { help, type } = definitionOf(name);
  registerCollected(registry, { name, help, type, collect });
};

/** The same source, of which all metrics that are asked in one go, as a registry asks them, get one and the same view. */
const inOneGo = ({ view, info }: ViewSource): ViewSource => {
  let current: Promise<MetricsView> | undefined;
  const forget = (): void => {
    current = undefined;
  };
  return {
    info,
    view: () => {
      if (current === undefined) queueMicrotask(forget);
      current ??= view();
      return current;
    },
  };
};
