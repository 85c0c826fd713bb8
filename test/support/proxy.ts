import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCanned, type Exchange, forward, type Upstream } from './proxy/exchange.ts';
import { countRequests, type RequestRecord } from './proxy/journal.ts';
import { ruleBook } from './proxy/rule-book.ts';
import type { ConnectionFault, Fault, Link, Rule } from './proxy/rules.ts';
import { throttle } from './proxy/throttle.ts';
import type { Certificate } from './registry/certificate.ts';
import type { Registry } from './registry.ts';

export type { CannedAnswer, ConnectionFault, Fault, Link, Rule } from './proxy/rules.ts';

export interface ProxyOptions {
  readonly rules?: readonly Rule[];
  readonly link?: Link;
  readonly connections?: ConnectionFault;
  /** Speaks TLS to the client with this certificate. The registry behind it keeps its own ways. */
  readonly tls?: Certificate;
}

/** Stands between a client and a registry and does to the traffic what its rules say. */
export interface RegistryProxy extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly port: number;
  /** `docker://HOST/NAME`. */
  reference(name: string): string;
  /** Replaces all rules, their counts included; requests under way keep theirs. */
  setRules(rules: readonly Rule[]): void;
  setLink(link: Link): void;
  /** What happens to connections from now on; undefined: they work. */
  setConnections(fault: ConnectionFault | undefined): void;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly RequestRecord[];
  count(filter?: Parameters<typeof countRequests>[1]): number;
  /** Connections that are open now. */
  readonly openConnections: number;
  /** Breaks every open connection by RST. */
  resetConnections(): void;
}

/** Does what a rule says with one request. */
const carryOut = async (exchange: Exchange, fault: Fault, upstream: Upstream): Promise<void> => {
  const { request, cut } = exchange;
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.reset || fault.hangUp) return cut(fault.reset === true);
  if (fault.silent) return void request.resume();
  if (fault.answerEarly) {
    exchange.response.once('finish', () => cut(false));
    return answerCanned(exchange, fault.answerEarly);
  }
  if (fault.answer) {
    if (!request.complete) await once(request.resume(), 'end');
    return answerCanned(exchange, fault.answer);
  }
  await forward(exchange, upstream, fault);
};

const upstreamOf = async (registry: Registry, link: Link): Promise<Upstream> => {
  const ca = registry.certificate && (await readFile(registry.certificate.certificate));
  const { Agent, request } = ca ? https : http;
  return {
    send: request,
    agent: new Agent({ keepAlive: true }),
    options: { host: '127.0.0.1', port: registry.port, ...(ca && { ca }) },
    down: throttle(link.downBytesPerSecond),
    up: throttle(link.upBytesPerSecond),
  };
};

const httpServer = async (tls: Certificate | undefined, listener: http.RequestListener) => {
  const patience = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };
  if (tls === undefined) return http.createServer(patience, listener);
  const [cert, key] = await Promise.all([readFile(tls.certificate), readFile(tls.key)]);
  return https.createServer({ ...patience, cert, key }, listener);
};

/** Starts a proxy on a free loopback port in front of `registry`. */
export const startProxy = async (registry: Registry, options: ProxyOptions = {}): Promise<RegistryProxy> => {
  let book = ruleBook(options.rules ?? []);
  let link = options.link ?? {};
  let upstream = await upstreamOf(registry, link);
  let connections = options.connections;
  const requests: RequestRecord[] = [];
  const sockets = new Map<number, Socket>();

  const inner = await httpServer(options.tls, (request, response) => {
    const { method = 'GET', url: path = '/' } = request;
    const record: RequestRecord = { method, path, status: 0, upBytes: 0, downBytes: 0, completed: false };
    requests.push(record);
    const socket = sockets.get(request.socket.remotePort ?? 0);
    const cut = (reset: boolean) => void (reset ? socket?.resetAndDestroy() : socket?.destroySoon());
    const fault = book.faultFor(method, path) ?? {};
    const delayed = { ...fault, delayMs: (fault.delayMs ?? 0) + (link.delayMs ?? 0) };
    response.on('error', () => {});
    carryOut({ request, response, record, cut }, delayed, upstream).catch(() => cut(false));
  });

  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
    if (connections === 'reset') socket.resetAndDestroy();
    else if (connections === 'hang-up') socket.destroy();
    else if (connections === 'black-hole') socket.pause();
    else inner.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    host: `127.0.0.1:${port}`,
    port,
    requests,
    reference: (name) => `docker://127.0.0.1:${port}/${name}`,
    setRules(rules) {
      book = ruleBook(rules);
    },
    setLink(next) {
      link = next;
      upstream = { ...upstream, down: throttle(link.downBytesPerSecond), up: throttle(link.upBytesPerSecond) };
    },
    setConnections(fault) {
      connections = fault;
    },
    count: (filter) => countRequests(requests, filter),
    get openConnections() {
      return sockets.size;
    },
    resetConnections() {
      for (const socket of sockets.values()) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      upstream.agent.destroy();
      await closed;
    },
  };
};
