import { Server as TlsServer } from 'node:tls';
import { formatAddress, type ListenAddress } from './addresses.ts';
import { bindAll } from './bind.ts';
import { createRequestHandler } from './request-handler.ts';
import { checkTelemetryPath, createRoutes, type HttpHandler } from './routes.ts';
import { createScraper, type RenderMetrics } from './scrape.ts';
import { closeServer, createServer, DEFAULT_LIMITS, type ListenerLimits, type TrackedServer } from './server.ts';
import { createBasicAuth } from './web-config/basic-auth.ts';
import { openWebConfig } from './web-config/reloading.ts';
import type { WebConfig } from './web-config/web-config.ts';

/** A running listener. */
export interface MetricsListener {
  /** Base URLs without a path, e.g. `http://127.0.0.1:8000`, with the actual port. */
  readonly addresses: readonly string[];
  /** Accepts no more connections and lets requests in progress finish, for at most two seconds. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly listen: readonly ListenAddress[];
  /** Returns the metrics as text; called once for scrapes that overlap. */
  readonly render: RenderMetrics;
  /** Default `/metrics`. */
  readonly telemetryPath?: string;
  /** TLS and basic authentication, in the format of the exporter-toolkit. */
  readonly webConfigFile?: string;
  /** Off by default, since it changes the `le` labels of histograms in Prometheus 2. */
  readonly enableOpenMetrics?: boolean;
  /** Host names that are accepted besides those of this machine. */
  readonly allowedHosts?: readonly string[];
  /** Shown on the landing page. */
  readonly version: string;
  readonly limits?: Partial<ListenerLimits>;
  /** Ends the reading of configuration files that nobody writes. */
  readonly signal?: AbortSignal;
  /** Called before each answer is sent, with what was asked for and the HTTP status. */
  readonly onAnswer?: (handler: HttpHandler, status: number) => void;
  onWarning(message: string): void;
}

const NEVER = new AbortController().signal;

/**
 * Serves metrics over HTTP, or HTTPS if the web configuration file says so. Throws a `WrapperError` if it cannot listen
 * on an address or the configuration is invalid; nothing is left open then.
 */
export const startListener = async (options: ListenerOptions): Promise<MetricsListener> => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { telemetryPath = '/metrics', version, onWarning } = options;
  checkTelemetryPath(telemetryPath);
  const servers: TrackedServer[] = [];
  const follow = ({ tls }: WebConfig): void => {
    for (const { server } of servers) {
      if (tls !== undefined && server instanceof TlsServer) server.setSecureContext(tls.context);
      server.closeIdleConnections();
    }
  };
  const webConfig = await openWebConfig(options.webConfigFile, onWarning, follow, options.signal ?? NEVER);
  let closing: Promise<unknown> | undefined;
  const answer = createRequestHandler({
    routes: createRoutes({
      telemetryPath,
      version,
      enableOpenMetrics: options.enableOpenMetrics ?? false,
      scrape: createScraper(options.render, limits.renderTimeoutMs, onWarning),
    }),
    allowedHosts: options.allowedHosts ?? [],
    webConfig,
    checkBasicAuth: createBasicAuth(),
    onAnswer: options.onAnswer ?? (() => undefined),
    isClosing: () => closing !== undefined,
    onWarning,
  });
  const bound = await bindAll(() => {
    const tracked = createServer(webConfig, limits, answer);
    servers.push(tracked);
    return tracked.server;
  }, options.listen);
  for (const { server } of bound) server.on('error', (error) => onWarning(`metrics listener: ${error.message}`));

  const scheme = webConfig.current().tls === undefined ? 'http' : 'https';
  return {
    addresses: bound.map(({ address }) => `${scheme}://${formatAddress(address)}`),
    async close() {
      closing ??= Promise.all(servers.map((server) => closeServer(server, limits.closeTimeoutMs)));
      await closing;
    },
  };
};
