import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { type ListenerOptions, type MetricsListener, startListener } from '../../../src/metrics/listener/listener.ts';

export const METRICS = '# HELP skopeo_up Test.\n# TYPE skopeo_up gauge\nskopeo_up 1\n';

export interface TestListener extends MetricsListener {
  readonly url: string;
  readonly port: number;
  readonly warnings: string[];
}

/** Starts a listener on a free loopback port; it is closed when the test ends. */
export const listenFor = async (t: TestContext, options: Partial<ListenerOptions> = {}): Promise<TestListener> => {
  const warnings: string[] = [];
  const listener = await startListener({
    listen: [{ host: '127.0.0.1', port: 0 }],
    render: async () => METRICS,
    version: '1.2.3',
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  t.after(() => listener.close());
  const [url = ''] = listener.addresses;
  return { ...listener, url, port: Number(new URL(url).port), warnings };
};

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** One request on a connection of its own. */
export const get = (
  url: string,
  options: RequestOptions & { ca?: string; cert?: string; key?: string } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { agent: false, ...options }, async (response) => {
      const body = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
    });
    request.on('error', reject).end();
  });

/** A raw connection that has been accepted; `closed` gives all that was received. */
export const openSocket = async (
  t: TestContext,
  port: number,
  host = '127.0.0.1',
): Promise<{ socket: Socket; closed: Promise<string> }> => {
  const socket = connect({ port, host });
  t.after(() => socket.destroy());
  const closed = new Promise<string>((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, closed };
};
