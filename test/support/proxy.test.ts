import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLayout, type MadeImage } from './images.ts';
import { type Fault, type ProxyOptions, startProxy } from './proxy.ts';
import { type Registry, startRegistry } from './registry.ts';
import { type TempDir, tempDir } from './temp.ts';
import { waitFor } from './wait-for.ts';

const SIZE = 300_000;
const resources = new AsyncDisposableStack();
let registry: Registry;
let image: MadeImage;
let dir: TempDir;

before(async () => {
  dir = resources.use(await tempDir('proxy-test'));
  registry = resources.use(await startRegistry());
  const layout = await createLayout(dir.join('layout'));
  image = await layout.addImage('a', { layers: [{ sizeBytes: SIZE }] });
  await registry.seed(layout.reference('a'), 'app:1');
});
after(() => resources.disposeAsync());

const BLOB = () => `/v2/app/blobs/${image.layers[0]?.digest}`;

interface Seen {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  /** Code of the error that ended it early. */
  readonly error?: string;
}

/** How long a client still waits where nothing more will come. */
const PATIENCE_MS = 300;

/** What a plain client sees of one request; it gives up some time after `isStuck`. */
const see = async (
  port: number,
  path: string,
  options: { method?: string; body?: Buffer; isStuck?: () => boolean } = {},
): Promise<Seen> => {
  const { method = 'GET', body = Buffer.alloc(0), isStuck } = options;
  const patience = new AbortController();
  const { signal } = patience;
  if (isStuck !== undefined)
    void waitFor('the request to get stuck', isStuck)
      .then(() => sleep(PATIENCE_MS))
      .then(() => patience.abort());
  const sent = httpRequest({ host: '127.0.0.1', port, path, method, agent: false, signal });
  const chunks: Buffer[] = [];
  let response: IncomingMessage | undefined;
  const seen = (error?: string): Seen => ({
    status: response?.statusCode ?? 0,
    headers: response?.headers ?? {},
    bytes: Buffer.concat(chunks),
    ...(error === undefined ? {} : { error }),
  });
  sent.on('error', () => {});
  sent.end(body);
  try {
    [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
    for await (const chunk of response) chunks.push(chunk);
    return seen();
  } catch (error) {
    return seen(signal.aborted ? 'gave up' : String((error as NodeJS.ErrnoException).code));
  }
};

/** `stuckAfterBytes` of the answer the client gives up. */
const seeBlobWith = async (fault: Fault, stuckAfterBytes?: number): Promise<Seen> => {
  await using proxy = await startProxy(registry, { rules: [{ match: { path: /blobs/ }, do: fault }] });
  const isStuck = () => proxy.requests[0]?.downBytes === stuckAfterBytes;
  return await see(proxy.port, BLOB(), stuckAfterBytes === undefined ? {} : { isStuck });
};

test('without rules everything passes and is recorded', async () => {
  await using proxy = await startProxy(registry);
  const { status, bytes } = await see(proxy.port, BLOB());
  assert.deepEqual([status, bytes.length], [200, SIZE]);
  assert.deepEqual(proxy.requests, [
    { method: 'GET', path: BLOB(), status: 200, upBytes: 0, downBytes: SIZE, completed: true },
  ]);
  assert.equal(proxy.count({ method: 'GET|HEAD', path: /blobs/, status: 200 }), 1);
});

test('a body is cut or reset after exactly so many bytes', async () => {
  const cut = await seeBlobWith({ down: { cutAfterBytes: 12_345 } });
  assert.deepEqual([cut.status, cut.bytes.length, cut.error], [200, 12_345, 'ECONNRESET']);
  const reset = await seeBlobWith({ down: { resetAfterBytes: 1 } });
  assert.equal(reset.status, 200);
  assert.equal(reset.error, 'ECONNRESET');
});

test('a stalled body stops and the connection stays open', async () => {
  const stalled = await seeBlobWith({ down: { stallAfterBytes: 100_000 } }, 100_000);
  assert.deepEqual([stalled.status, stalled.bytes.length, stalled.error], [200, 100_000, 'gave up']);
});

test('exactly one byte is corrupted', async () => {
  const clean = await seeBlobWith({});
  const { bytes } = await seeBlobWith({ down: { corruptByteAt: 200_000 } });
  const differing = [...bytes.keys()].filter((at) => bytes[at] !== clean.bytes[at]);
  assert.deepEqual(differing, [200_000]);
});

test('a throttled body keeps to its rate', async () => {
  const startedMs = performance.now();
  const { bytes } = await seeBlobWith({ down: { bytesPerSecond: 600_000 } });
  assert.equal(bytes.length, SIZE);
  assert.ok(performance.now() - startedMs > 400);
});

test('canned answers, so many times, then the registry', async () => {
  const answer = { status: 503, headers: { 'retry-after': '1', location: '{path}' }, body: 'busy' };
  const rules = [{ match: { method: 'GET', times: 2, skip: 1 }, do: { answer } }];
  await using proxy = await startProxy(registry, { rules });
  const statuses = [];
  for (let turn = 0; turn < 4; turn++) statuses.push((await see(proxy.port, BLOB())).status);
  assert.deepEqual(statuses, [200, 503, 503, 200]);
  proxy.setRules(rules);
  await see(proxy.port, '/v2/');
  const answered = await see(proxy.port, BLOB());
  assert.equal(answered.bytes.toString(), 'busy');
  assert.equal(answered.headers.location, BLOB());
});

test('silence, reset and hang-up instead of an answer', async () => {
  assert.equal((await seeBlobWith({ silent: true }, 0)).error, 'gave up');
  for (const fault of [{ reset: true }, { hangUp: true }] as const) {
    assert.equal((await seeBlobWith(fault)).status, 0);
  }
});

test('headers and status of an answer can be changed', async () => {
  const headers = { 'docker-content-digest': 'sha256:wrong', 'content-type': 'text/html', etag: null };
  const seen = await seeBlobWith({ headers, status: 206 });
  assert.equal(seen.status, 206);
  assert.equal(seen.headers['docker-content-digest'], 'sha256:wrong');
  assert.equal(seen.headers.etag, undefined);
  assert.equal(seen.bytes.length, SIZE);
});

const upload = async (options: ProxyOptions, stuckAfterBytes?: number): Promise<Seen & { stored: number }> => {
  await using proxy = await startProxy(registry, options);
  const start = await see(proxy.port, '/v2/app/blobs/uploads/', { method: 'POST' });
  const location = String(start.headers.location);
  const stored = () => proxy.requests.at(-1)?.upBytes ?? 0;
  const stuck = stuckAfterBytes === undefined ? {} : { isStuck: () => stored() === stuckAfterBytes };
  const seen = await see(proxy.port, location, { method: 'PATCH', body: Buffer.alloc(SIZE), ...stuck });
  return { ...seen, stored: stored() };
};

test('uploads are cut, stalled, throttled and refused early', async () => {
  const patch = (fault: Fault): ProxyOptions => ({ rules: [{ match: { method: 'PATCH' }, do: fault }] });
  assert.equal((await upload({})).status, 202);
  const cut = await upload(patch({ up: { cutAfterBytes: 1000 } }));
  assert.deepEqual([cut.status, cut.stored], [0, 1000]);
  const stalled = await upload(patch({ up: { stallAfterBytes: 2000 } }), 2000);
  assert.deepEqual([stalled.error, stalled.stored], ['gave up', 2000]);
  const refused = await upload(patch({ answerEarly: { status: 413 } }));
  assert.deepEqual([refused.status || 413, refused.stored], [413, 0]);
  const startedMs = performance.now();
  assert.equal((await upload({ link: { upBytesPerSecond: 600_000 } })).status, 202);
  assert.ok(performance.now() - startedMs > 400);
});

test('connections are swallowed, reset or hung up before a byte is read', async () => {
  await using proxy = await startProxy(registry, { connections: 'black-hole' });
  assert.equal((await see(proxy.port, '/v2/', { isStuck: () => proxy.openConnections > 0 })).error, 'gave up');
  for (const fault of ['reset', 'hang-up'] as const) {
    proxy.setConnections(fault);
    const socket = connect(proxy.port, '127.0.0.1');
    let failed = false;
    socket.on('error', () => {
      failed = true;
    });
    socket.on('data', () => {});
    await waitFor('the connection to end', () => socket.destroyed || socket.readableEnded || failed);
    socket.destroy();
  }
  proxy.setConnections(undefined);
  assert.equal((await see(proxy.port, '/v2/')).status, 200);
});

test('a round trip is added to every request', async () => {
  await using proxy = await startProxy(registry, { link: { delayMs: 150 } });
  const startedMs = performance.now();
  await see(proxy.port, '/v2/');
  assert.ok(performance.now() - startedMs >= 145);
});
