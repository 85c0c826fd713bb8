import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { waitFor } from '../../support/wait-for.ts';
import { get, listenFor, METRICS, openSocket } from './harness.ts';

const IMPATIENT = { headersTimeoutMs: 50, requestTimeoutMs: 100, connectionsCheckingIntervalMs: 20 };

describe('limits', () => {
  it('cuts off headers that do not end', async (t) => {
    const { port } = await listenFor(t, { limits: IMPATIENT });
    const { socket, closed } = await openSocket(t, port);
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    assert.match(await closed, /^HTTP\/1\.1 408 /);
  });

  it('cuts off a connection that says nothing', async (t) => {
    const { port } = await listenFor(t, { limits: IMPATIENT });
    const { closed } = await openSocket(t, port);
    await closed;
  });

  it('takes the place back from a client that does not read its answer', async (t) => {
    const limits = { inactivityTimeoutMs: 3_000, maxConnections: 1 };
    const { url, port } = await listenFor(t, { limits, render: async () => 'x'.repeat(50_000_000) });
    const socket = connect({ port, host: '127.0.0.1' });
    t.after(() => socket.destroy());
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable');
    socket.on('error', () => {}); // it is reset in the end
    await assert.rejects(get(`${url}/healthz`));
    await waitFor('the place', async () => (await get(`${url}/healthz`)).status === 200);
  });

  it('refuses headers above the limit', async (t) => {
    const { url } = await listenFor(t);
    assert.equal((await get(`${url}/metrics`, { headers: { 'X-Big': 'x'.repeat(9_000) } })).status, 431);
    assert.equal((await get(`${url}/metrics`, { headers: { 'X-Big': 'x'.repeat(7_000) } })).status, 200);
  });

  const SCRAPE = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';

  it('serves new connections however many idle ones there are, and closes the longest idle ones', async (t) => {
    const { port, url } = await listenFor(t);
    const idle = [];
    for (let count = 0; count < 45; count++) idle.push(await openSocket(t, port));
    for (const { socket } of idle.slice(25, 45)) socket.write(SCRAPE);
    await Promise.all(idle.slice(0, 25).map(({ closed }) => closed));
    for (let count = 0; count < 45; count++) assert.equal((await get(`${url}/metrics`)).text, METRICS);
  });

  it('leaves half of the places to other clients while one has requests under way', async (t) => {
    const rendering = Promise.withResolvers<string>();
    t.after(() => rendering.resolve(METRICS));
    let renders = 0;
    const { port } = await listenFor(t, {
      limits: { maxConnections: 2 },
      render: () => (renders++ === 0 ? rendering.promise : Promise.resolve(METRICS)),
    });
    (await openSocket(t, port)).socket.write(SCRAPE);
    await waitFor('a scrape', () => renders > 0);
    assert.equal(await (await openSocket(t, port)).closed, '');
    const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    t.after(() => other.destroy());
    other.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    assert.match(await text(other), /^HTTP\/1\.1 200 /);
  });

  it('survives bytes that are not HTTP', async (t) => {
    const { url, port } = await listenFor(t);
    const { socket, closed } = await openSocket(t, port);
    socket.write('\x16\x03\x01\x02\x00\x01\x00');
    assert.match(await closed, /^HTTP\/1\.1 400 /);
    assert.equal((await get(`${url}/metrics`)).status, 200);
  });

  it('keeps a connection for the next scrape', async (t) => {
    const { url } = await listenFor(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const ports = new Set<number | undefined>();
    agent.on('free', (socket) => ports.add(socket.localPort));
    await get(`${url}/metrics`, { agent });
    await get(`${url}/metrics`, { agent });
    assert.equal(ports.size, 1);
  });
});

describe('close', () => {
  it('finishes a running scrape, takes no new one, closes idle connections', async (t) => {
    const rendering = Promise.withResolvers<string>();
    const started = Promise.withResolvers<void>();
    const listener = await listenFor(t, {
      render: () => {
        started.resolve();
        return rendering.promise;
      },
    });
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const idle = once(agent, 'free');
    await get(`${listener.url}/healthz`, { agent });
    const [idleSocket] = await idle;
    const idleClosed = once(idleSocket, 'close');

    const running = get(`${listener.url}/metrics`);
    await started.promise;
    const closing = listener.close();
    await idleClosed;
    await assert.rejects(get(`${listener.url}/healthz`), { code: 'ECONNREFUSED' });
    rendering.resolve(METRICS);
    const { status, headers, text } = await running;
    assert.deepEqual([status, text, headers.connection], [200, METRICS, 'close']);
    await closing;
  });

  it('cuts off what does not finish in time', async (t) => {
    const started = Promise.withResolvers<void>();
    const listener = await listenFor(t, {
      limits: { closeTimeoutMs: 20 },
      render: () => {
        started.resolve();
        return new Promise(() => {});
      },
    });
    const hanging = assert.rejects(get(`${listener.url}/metrics`), { code: 'ECONNRESET' });
    const halfOpen = await openSocket(t, listener.port);
    await started.promise;
    await listener.close();
    await Promise.all([hanging, halfOpen.closed]);
  });

  it('may be called twice', async (t) => {
    const listener = await listenFor(t);
    await Promise.all([listener.close(), listener.close()]);
  });
});
