import { VERSION } from '../cli/version.ts';
import { processContext } from '../context.ts';
import { defined } from '../defined.ts';
import { DEFAULT_LISTEN_ADDRESS } from '../metrics/listener/addresses.ts';
import { startListener } from '../metrics/listener/listener.ts';
import { type MetricsSource, openMetricsPages } from './metrics-pages.ts';

export type MetricsServerOptions = MetricsSource & {
  /** `localhost` by default, since metrics contain names of registries and repositories. `''` is every interface. */
  readonly host?: string;
  /** 8000 by default; 0 is any free port. */
  readonly port?: number;
  /** `/metrics` by default. */
  readonly telemetryPath?: string;
  /** TLS and basic authentication, in the format of Prometheus' exporter-toolkit. */
  readonly webConfigFile?: string;
  /** Answer in OpenMetrics when a client asks for it; off by default, since Prometheus 2 then changes `le` labels. */
  readonly enableOpenMetrics?: boolean;
  /** Further host names that requests may have, besides those of this machine. */
  readonly allowedHosts?: readonly string[];
  /** Called with one sentence when a scrape fails or the configuration file becomes invalid. */
  readonly onWarning?: (message: string) => void;
};

/** A metrics server that accepts connections. */
export interface MetricsServer extends AsyncDisposable {
  /** Where the metrics are, e.g. `http://127.0.0.1:8000/metrics`, with the actual port. */
  readonly urls: readonly string[];
  /** Accepts no more connections and lets requests in progress finish, for at most two seconds. */
  close(): Promise<void>;
}

/**
 * Serves metrics over HTTP, or HTTPS if the web configuration says so. Rejects with a `WrapperError` for an address on
 * which it cannot listen or a configuration that is invalid; nothing is left open then.
 */
export const startMetricsServer = async (options: MetricsServerOptions): Promise<MetricsServer> => {
  const { metrics: _, stateDirs: __, host, port, telemetryPath = '/metrics', onWarning, ...others } = options;
  const { listener: page, onAnswer } = await openMetricsPages(options, processContext());
  const listener = await startListener({
    ...others,
    listen: [{ host: host ?? DEFAULT_LISTEN_ADDRESS.host, port: port ?? DEFAULT_LISTEN_ADDRESS.port }],
    telemetryPath,
    render: ({ format }) => page(format),
    ...defined({ onAnswer }),
    version: VERSION,
    onWarning: onWarning ?? (() => undefined),
  });
  return {
    urls: listener.addresses.map((base) => `${base}${telemetryPath}`),
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
};
