import { Registry } from 'prom-client';
import type { Clock } from '../../context.ts';
import { definitionOf, METRIC_NAMES, type MetricName } from '../contract.ts';
import type { MetricsView } from '../view.ts';
import { registerCollected, type Sample } from './collected.ts';
import { type Series, samplesOf, samplesOfView, type WriterInfo } from './view-samples.ts';

/** The source of a registry's metrics. */
interface ViewSource {
  /** The numbers at this moment: of this process only, or of the whole host including it. */
  readonly view: () => Promise<MetricsView>;
  readonly info: WriterInfo;
}

/**
 * Registers metrics of the contract; their values are collected from the source whenever a page is made. Throws
 * prom-client's error when a name is taken.
 */
export const registerMetrics = (registry: Registry, names: readonly MetricName[], source: ViewSource): void => {
  const { view, info } = withSharedView(source);
  for (const name of names) register(registry, name, async () => samplesOfView(name, await view(), info));
};

/** Registers one metric of the contract whose values the caller provides. */
export const registerSeries = (registry: Registry, name: MetricName, series: () => Promise<Series>): void =>
  register(registry, name, async () => samplesOf(name, await series()));

/** The registry of a process, and for each kind of page a registry of metrics that only such a page has. */
interface PageRegistries {
  readonly shared: Registry;
  readonly listener: Registry;
  readonly textfile: Registry;
}

/** Registers all metrics of the contract except `skopeo_wrapper_http_requests_total`, which a listener counts. */
export const createRegistries = (source: ViewSource, clock: Clock): PageRegistries => {
  const shared = new Registry();
  const listener = new Registry();
  const textfile = new Registry();
  const oneSource = withSharedView(source);
  registerMetrics(shared, namesFor('both'), oneSource);
  registerMetrics(
    listener,
    namesFor('listener').filter((name) => name !== REQUESTS),
    oneSource,
  );
  registerWriteTime(textfile, clock);
  return { shared, listener, textfile };
};

/** Registers the time of writing, which shows in node_exporter that the file is kept up to date. */
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

/** The same source; all metrics that are collected together, as a registry does it, get the same view. */
const withSharedView = ({ view, info }: ViewSource): ViewSource => {
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
