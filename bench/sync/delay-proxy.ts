import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** A link with a round trip of `roundTripMs` to a port of this machine; runs as a worker, so that it delays nobody else. */
const { port, roundTripMs } = workerData as { port: number; roundTripMs: number };
const HALF_MS = roundTripMs / 2;

/** Every chunk arrives half a round trip later; `firstExtraMs` stands for the handshake of TCP. */
const forward = (from: Socket, to: Socket, firstExtraMs: number): void => {
  let extraMs = firstExtraMs;
  let freeAtMs = 0;
  // One timer for all chunks: several timers may fire in another order than they were set, but a link keeps the order.
  const waiting: { readonly atMs: number; readonly action: () => void }[] = [];
  const deliver = (): void => {
    for (let next = waiting[0]; next !== undefined && next.atMs <= performance.now(); next = waiting[0]) {
      waiting.shift();
      next.action();
    }
    if (waiting[0] !== undefined) setTimeout(deliver, Math.max(1, waiting[0].atMs - performance.now()));
  };
  const later = (action: () => void): void => {
    freeAtMs = Math.max(freeAtMs, performance.now() + HALF_MS + extraMs);
    extraMs = 0;
    waiting.push({ atMs: freeAtMs, action });
    if (waiting.length === 1) deliver();
  };
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroy()));
};

const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  forward(client, upstream, roundTripMs);
  forward(upstream, client, 0);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
parentPort?.postMessage((server.address() as AddressInfo).port);
