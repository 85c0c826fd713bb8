import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { after, before, test } from 'node:test';
import { HttpClient } from '../../../src/registry/http/http-client.ts';
import { TrustStore } from '../../../src/registry/trust.ts';
import { type Certificate, makeCertificate } from '../../support/registry/certificate.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

const SIGNAL = new AbortController().signal;
const MANY = 100;

let dir: TempDir;
let certificate: Certificate;

before(async () => {
  dir = await tempDir('http-client');
  certificate = await makeCertificate(dir.path);
});
after(() => dir[Symbol.asyncDispose]());

interface Answering extends AsyncDisposable {
  readonly origin: string;
  readonly server: Http2SecureServer;
  /** Connections of HTTP/2 so far. */
  readonly sessions: readonly ServerHttp2Session[];
}

type Answer = (stream: ServerHttp2Stream, count: number) => void;

const hello: Answer = (stream) => {
  stream.respond({ ':status': 200, 'x-digest': 'sha256:1' });
  stream.end('hello');
};

const originOf = (server: Server): string => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

const serve = async (answer: Answer): Promise<Answering> => {
  const key = await readFile(certificate.key);
  const cert = await readFile(certificate.certificate);
  const server = createSecureServer({ key, cert });
  const sessions: ServerHttp2Session[] = [];
  let count = 0;
  server.on('session', (session) => sessions.push(session));
  server.on('sessionError', () => {});
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    answer(stream, ++count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: originOf(server),
    server,
    sessions,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const open = async (silenceSeconds?: number): Promise<HttpClient> =>
  new HttpClient({
    authorities: [await readFile(certificate.certificate, 'utf8')],
    insecure: false,
    maxConnections: 4,
    trust: new TrustStore(),
    silenceSeconds,
  });

const get = (client: HttpClient, origin: string, signal = SIGNAL) =>
  client.send({ method: 'GET', url: new URL('/v2/a?n=1', origin), headers: { accept: 'x/y' }, signal });

const many = (client: HttpClient, origin: string) =>
  Promise.all(Array.from({ length: MANY }, () => get(client, origin)));

test('a server that offers HTTP/2 is asked over one connection', async () => {
  const seen: unknown[] = [];
  await using server = await serve((stream, count) => {
    hello(stream, count);
  });
  server.server.on('stream', (_stream, headers) => seen.push([headers[':path'], headers.accept]));
  using client = await open();
  const answers = await many(client, server.origin);
  assert.deepEqual(
    new Set(answers.map(({ status, headers, body }) => `${status} ${headers['x-digest']} ${body}`)),
    new Set(['200 sha256:1 hello']),
  );
  assert.equal(server.sessions.length, 1);
  assert.deepEqual(seen, Array(MANY).fill(['/v2/a?n=1', 'x/y']));
});

test('a question of the head alone has an answer without a body', async () => {
  await using server = await serve((stream) => stream.respond({ ':status': 404 }, { endStream: true }));
  using client = await open();
  const { status, body } = await client.send({
    method: 'HEAD',
    url: new URL(server.origin),
    headers: {},
    signal: SIGNAL,
  });
  assert.deepEqual([status, body.length], [404, 0]);
});

test('a server that speaks HTTP/1.1 alone is asked in that', async () => {
  const server = createHttpsServer(
    { key: await readFile(certificate.key), cert: await readFile(certificate.certificate) },
    (request, response) => response.end(request.httpVersion),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  using client = await open();
  const answers = await many(client, originOf(server));
  assert.deepEqual(new Set(answers.map(({ body }) => body.toString())), new Set(['1.1']));
  server.closeAllConnections();
  server.close();
});

test('a connection that the server ends after ten requests is replaced, and no request is lost', async () => {
  const counts = new Map<unknown, number>();
  await using server = await serve((stream, count) => {
    const ofSession = (counts.get(stream.session) ?? 0) + 1;
    counts.set(stream.session, ofSession);
    if (ofSession === 10) stream.session?.goaway(0, stream.id);
    hello(stream, count);
  });
  using client = await open();
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(client, server.origin)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  }
  assert.ok(server.sessions.length >= 4);
});

test('a connection that breaks is opened anew, once for each request', async () => {
  await using server = await serve((stream, count) => {
    if (count === 1) stream.session?.destroy();
    else hello(stream, count);
  });
  using client = await open();
  assert.equal((await get(client, server.origin)).status, 200);
  assert.equal(server.sessions.length, 2);
});

test('a server that breaks every connection is an error', async () => {
  await using server = await serve((stream) => stream.session?.destroy());
  using client = await open();
  await assert.rejects(get(client, server.origin));
  assert.equal(server.sessions.length, 2);
});

test('a silent connection is given up, and the next request has a new one', async () => {
  await using server = await serve((stream, count) => {
    if (count > 1) hello(stream, count);
  });
  using client = await open(2); // the next request needs an answer within that time
  await assert.rejects(get(client, server.origin), /no answer from 127\.0\.0\.1/);
  assert.equal((await get(client, server.origin)).status, 200);
  assert.equal(server.sessions.length, 2);
});

test('an answer without an end in sight is none', async () => {
  await using server = await serve((stream) => {
    stream.respond({ ':status': 200 });
    stream.end(Buffer.alloc(9 * 1024 * 1024));
  });
  using client = await open();
  await assert.rejects(get(client, server.origin), /larger than 8 MiB/);
});

test('a question can be abandoned, before and after the connection is there', async () => {
  await using server = await serve(() => {});
  using client = await open();
  await assert.rejects(get(client, server.origin, AbortSignal.abort()), { name: 'AbortError' });
  const stop = new AbortController();
  server.server.once('stream', () => stop.abort());
  await assert.rejects(get(client, server.origin, stop.signal), { name: 'AbortError' });
});

test('a server that nobody vouches for is not asked', async () => {
  await using server = await serve(hello);
  using client = new HttpClient({ authorities: [], insecure: false, maxConnections: 1, trust: new TrustStore() });
  await assert.rejects(get(client, server.origin), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  using careless = new HttpClient({ authorities: [], insecure: true, maxConnections: 1, trust: new TrustStore() });
  assert.equal((await get(careless, server.origin)).status, 200);
});
