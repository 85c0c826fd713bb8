import { once } from 'node:events';
import { Counter, collectDefaultMetrics, type Registry } from 'prom-client';
import type { Clock } from '../context.ts';
import { messageOf, tryTo } from '../errors/system-error.ts';
import { systemHost } from '../host/host.ts';
import { METRICS } from './contract.ts';
import { type ListenerOptions, type MetricsListener, startListener } from './listener/listener.ts';
import { type PageFormat, renderPage } from './registry/page.ts';
import { createRegistries } from './registry/register-metrics.ts';
import type { WriterInfo } from './registry/view-samples.ts';
import type { StateLocation } from './state/files/state-directory.ts';
import { createPeriodicFold } from './state/folding/fold.ts';
import { createReader } from './state/reading/reader.ts';
import { resolveTextfilePath, type Textfile, textfileAt } from './textfile/textfile.ts';

interface HostPagesOptions {
  /** State directories whose numbers are added up. */
  readonly locations: readonly StateLocation[];
  readonly clock: Clock;
  readonly info: WriterInfo;
}

/**
 * The metrics of all runs of this host, past and live, for a process that runs no skopeo itself. A page rejects with a
 * `WrapperError` when a state directory cannot be read at all.
 */
export interface HostPages {
  listener(format: PageFormat): Promise<string>;
  textfile(): Promise<string>;
}

/** Pages that are printed or written once. */
export const openHostPages = (options: HostPagesOptions): HostPages => openPages(options, { probe: false }).pages;

/**
 * Pages of a process that keeps running: it also shows its own metrics, checks the directories and folds what is in
 * them.
 */
export interface ServedHostPages extends HostPages, Required<Pick<ListenerOptions, 'onAnswer'>> {}

export const openServedHostPages = (options: HostPagesOptions): ServedHostPages => {
  const { pages, registry } = openPages(options, { probe: true });
  const onAnswer = registerRequests(registry);
  registerProcessMetrics(registry);
  const host = systemHost(options.clock);
  const folds = options.locations.map((location) => createPeriodicFold(location, host));
  return {
    ...pages,
    listener: async (format) => {
      const page = await pages.listener(format);
      for (const fold of folds) tryTo(fold.foldIfDue);
      return page;
    },
    onAnswer,
  };
};

const openPages = ({ locations, clock, info }: HostPagesOptions, { probe }: { readonly probe: boolean }) => {
  const reader = createReader({ locations, host: systemHost(clock), probe });
  const { shared, listener, textfile } = createRegistries({ view: async () => reader.read(), info }, clock);
  const pages: HostPages = {
    listener: (format) => renderPage([shared, listener], format),
    textfile: () => renderPage([shared, textfile], 'text'),
  };
  return { pages, registry: listener };
};

const REQUESTS = 'skopeo_wrapper_http_requests_total';

/** Successful and failed scrapes start at 0, so that the first failure is an increase. */
const registerRequests = (registry: Registry): ListenerOptions['onAnswer'] & {} => {
  const { help, labels } = METRICS[REQUESTS];
  const requests = new Counter({ name: REQUESTS, help, labelNames: Object.keys(labels), registers: [registry] });
  for (const code of ['200', '503']) requests.inc({ handler: 'metrics', code }, 0);
  return (handler, code) => requests.inc({ handler, code: String(code) });
};

/** Gauges that prom-client names like counters, which Prometheus' own linter rejects. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The `process_*` and `nodejs_*` metrics of this process. */
const registerProcessMetrics = (registry: Registry): void => {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
};

const TEXTFILE_INTERVAL_MS = 15_000;

interface ServeOptions extends HostPagesOptions, Omit<ListenerOptions, 'render' | 'onAnswer'> {
  /** Also keep this textfile up to date: a directory, or a `.prom` file. */
  readonly textfile: string | undefined;
  /** Ends the service when it aborts. */
  readonly signal: AbortSignal;
  /** Called once, when the service accepts connections. */
  readonly onListening: (listener: MetricsListener) => void;
}

/**
 * Serves the metrics of all runs of this host until `signal` is aborted. Throws a `WrapperError` for an address, a web
 * configuration or a textfile that cannot be used.
 */
export const serveHostMetrics = async (options: ServeOptions): Promise<void> => {
  const { signal, clock, onWarning } = options;
  const pages = openServedHostPages(options);
  const path = options.textfile === undefined ? undefined : await resolveTextfilePath(options.textfile);
  const listener = await startListener({
    ...options,
    render: ({ format }) => pages.listener(format),
    onAnswer: pages.onAnswer,
  }).catch((error: unknown) => {
    if (error !== signal.reason) throw error;
  });
  if (listener === undefined) return;
  const stopTextfile = path === undefined ? undefined : refresh(textfileAt(path, clock), pages.textfile, onWarning);
  try {
    options.onListening(listener);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    stopTextfile?.();
    await listener.close();
  }
};

/** Writes the textfile at intervals; it warns when a failure begins, not at every write. */
const refresh = (
  textfile: Textfile,
  render: () => Promise<string>,
  onWarning: (message: string) => void,
): (() => void) => {
  let failing = false;
  const write = async (): Promise<void> => {
    try {
      await textfile.write(render);
      failing = false;
    } catch (error) {
      if (!failing) onWarning(messageOf(error));
      failing = true;
    }
  };
  void write();
  const timer = setInterval(write, TEXTFILE_INTERVAL_MS);
  return () => clearInterval(timer);
};
