import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isLoopback } from '../../host/loopback.ts';
import { Connections } from './connections.ts';
import { acceptsClient, asksForCertificate } from './web-config/client-certificates.ts';
import type { ReloadingWebConfig } from './web-config/reloading.ts';

/** A server and its connections, including unfinished TLS handshakes, which Node does not list. */
export interface TrackedServer {
  readonly server: Server;
  readonly connections: Connections;
}

const httpOptions = (limits: ListenerLimits) => ({
  requestTimeout: limits.requestTimeoutMs,
  headersTimeout: limits.headersTimeoutMs,
  connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
  keepAliveTimeout: limits.keepAliveTimeoutMs,
  maxHeaderSize: limits.maxHeaderBytes,
});

const createTlsServer = (webConfig: ReloadingWebConfig, limits: ListenerLimits): Server | undefined => {
  const { tls } = webConfig.current();
  if (tls === undefined) return undefined;
  const server = createHttpsServer({
    ...httpOptions(limits),
    ...tls.context,
    handshakeTimeout: limits.tlsHandshakeTimeoutMs,
    requestCert: asksForCertificate(tls.clients),
    rejectUnauthorized: false,
  });
  // As the first listener, so that the handshake of this connection uses changed certificates already.
  server.prependListener('connection', () => webConfig.current());
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const clients = webConfig.current().tls?.clients;
    if (clients === undefined || !acceptsClient(clients, socket)) socket.destroy();
  });
  return server;
};

/** Answers one request; `onLoopback` says whether only this machine can reach the server. */
export type AnswerRequest = (request: IncomingMessage, response: ServerResponse, onLoopback: boolean) => Promise<void>;

const listensOnLoopback = (server: Server): boolean => {
  const address = server.address();
  return address !== null && typeof address !== 'string' && isLoopback(address.address);
};

/** Makes a server, HTTP or HTTPS as the configuration says. It does not listen yet. */
export const createServer = (
  webConfig: ReloadingWebConfig,
  limits: ListenerLimits,
  answer: AnswerRequest,
): TrackedServer => {
  const connections = new Connections(limits.maxConnections);
  const server = createTlsServer(webConfig, limits) ?? createHttpServer(httpOptions(limits));
  server.timeout = limits.inactivityTimeoutMs;
  server.prependListener('connection', (socket: Socket) => connections.add(socket));
  server.on('request', (request, response) => {
    const { end } = connections.begin(request.socket);
    response.once('close', end);
    return answer(request, response, listensOnLoopback(server));
  });
  return { server, connections };
};

/**
 * Accepts no more connections, lets requests in progress finish, and cuts off what is still there after `timeoutMs`.
 */
export const closeServer = async ({ server, connections }: TrackedServer, timeoutMs: number): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  const force = setTimeout(() => connections.destroy(), timeoutMs);
  await closed;
  clearTimeout(force);
};

/** Limits on what clients may take of the listener. */
export interface ListenerLimits {
  /** Until a whole request has arrived. */
  readonly requestTimeoutMs: number;
  /** Until its headers have arrived; a client that sends them very slowly is cut off. */
  readonly headersTimeoutMs: number;
  /** How often these two limits are checked. With Node's own 30 s a half-sent header could stay for half a minute. */
  readonly connectionsCheckingIntervalMs: number;
  readonly tlsHandshakeTimeoutMs: number;
  /** Longer than any usual scrape interval, so that Prometheus keeps its connection. */
  readonly keepAliveTimeoutMs: number;
  /** Without a byte in either direction: a client that does not read its answer. */
  readonly inactivityTimeoutMs: number;
  /**
   * After this, a scrape is answered with an error, or earlier if the scraper says so; less than `inactivityTimeoutMs`.
   */
  readonly renderTimeoutMs: number;
  /** From `close()` until connections in progress are cut off. */
  readonly closeTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** For each listening address; one client has at most half of them, and idle ones make room for new ones. */
  readonly maxConnections: number;
}

export const DEFAULT_LIMITS: ListenerLimits = {
  requestTimeoutMs: 10_000,
  headersTimeoutMs: 5_000,
  connectionsCheckingIntervalMs: 2_000,
  tlsHandshakeTimeoutMs: 5_000,
  keepAliveTimeoutMs: 120_000,
  inactivityTimeoutMs: 60_000,
  renderTimeoutMs: 50_000,
  closeTimeoutMs: 1_800,
  maxHeaderBytes: 8_192,
  maxConnections: 40,
};
