import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { WrapperError } from '../../../src/errors/wrapper-error.ts';
import type { RenderRequest } from '../../../src/metrics/listener/scrape.ts';
import { get, listenFor, METRICS } from './harness.ts';

describe('paths', () => {
  it('serves metrics with the exact type and length, not to be cached', async (t) => {
    const { url } = await listenFor(t);
    const { status, headers, text } = await get(`${url}/metrics?ignored=1`);
    assert.equal(status, 200);
    assert.equal(text, METRICS);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(headers['content-length'], String(METRICS.length));
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers.vary, 'Accept-Encoding');
    assert.equal(headers['access-control-allow-origin'], undefined);
  });

  it('shows a page with version and link to those who come by browser', async (t) => {
    const { url } = await listenFor(t, { version: '1<2', telemetryPath: "/m'x" });
    const { status, headers, text } = await get(`${url}/`);
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /^text\/html; charset=utf-8$/);
    assert.match(text, /Version 1&#60;2/);
    assert.match(text, /href="\/m&#39;x"/);
  });

  it('answers health checks without rendering', async (t) => {
    const { url } = await listenFor(t, { render: () => Promise.reject(new Error('must not be called')) });
    for (const path of ['/-/healthy', '/-/ready', '/healthz']) {
      const { status, headers } = await get(url + path);
      assert.deepEqual([status, headers['content-type']], [200, 'text/plain; charset=utf-8'], path);
    }
  });

  it('answers 404 in plain text elsewhere, never the landing page', async (t) => {
    const { url } = await listenFor(t, { telemetryPath: '/probe' });
    for (const path of ['/metrics', '/metrics/', '/favicon.ico', '//metrics', '/%6detrics']) {
      const { status, headers } = await get(url + path);
      assert.deepEqual([status, headers['content-type']], [404, 'text/plain; charset=utf-8'], path);
    }
    assert.equal((await get(`${url}/probe`)).text, METRICS);
  });

  it('serves metrics at / when told to', async (t) => {
    const { url } = await listenFor(t, { telemetryPath: '/' });
    assert.equal((await get(`${url}/`)).text, METRICS);
  });

  it('refuses a telemetry path that cannot work', async (t) => {
    for (const telemetryPath of ['metrics', '', '/a b', '/a?b', '/-/ready', '/"><script>']) {
      await assert.rejects(
        listenFor(t, { telemetryPath }),
        (error) => error instanceof WrapperError && error.exitCode === 64,
        telemetryPath,
      );
    }
  });
});

describe('methods', () => {
  it('answers HEAD with the headers of GET and no body', async (t) => {
    const { url } = await listenFor(t);
    const names = ['content-type', 'content-length', 'vary', 'cache-control', 'x-content-type-options'];
    for (const path of ['/metrics', '/', '/healthz', '/nowhere']) {
      const [byGet, byHead] = [await get(url + path), await get(url + path, { method: 'HEAD' })];
      assert.equal(byHead.body.length, 0);
      assert.equal(byHead.status, byGet.status);
      for (const name of names) assert.equal(byHead.headers[name], byGet.headers[name], `${path} ${name}`);
    }
  });

  it('answers other methods with 405 and the ones that are allowed', async (t) => {
    const { url } = await listenFor(t);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      const { status, headers } = await get(`${url}/metrics`, { method });
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
    }
  });
});

describe('encoding and format', () => {
  it('compresses when asked', async (t) => {
    const { url } = await listenFor(t);
    const { headers, body } = await get(`${url}/metrics`, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(headers['content-length'], String(body.length));
    assert.equal(headers.vary, 'Accept-Encoding');
    assert.equal(gunzipSync(body).toString(), METRICS);
  });

  const Accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';

  it('keeps to text unless OpenMetrics is enabled', async (t) => {
    const formats: string[] = [];
    const { url } = await listenFor(t, { render: async ({ format }) => String(formats.push(format)) });
    const { headers } = await get(`${url}/metrics`, { headers: { Accept } });
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.deepEqual(formats, ['text']);
  });

  it('negotiates OpenMetrics when enabled, and text again afterwards', async (t) => {
    const { url } = await listenFor(t, { enableOpenMetrics: true, render: async ({ format }) => format });
    const open = await get(`${url}/metrics`, { headers: { Accept } });
    assert.equal(open.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.equal(open.headers.vary, 'Accept, Accept-Encoding');
    assert.equal(open.text, 'openmetrics');
    assert.equal((await get(`${url}/metrics`)).text, 'text');
  });
});

describe('failures', () => {
  it('answers 503 with the reason and warns once, so that up drops', async (t) => {
    const { url, warnings } = await listenFor(t, { render: () => Promise.reject(new Error('no state directory')) });
    for (const _ of [1, 2]) {
      const { status, headers, text } = await get(`${url}/metrics`);
      assert.equal(status, 503);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      assert.match(text, /no state directory/);
    }
    assert.deepEqual(warnings, ['a scrape failed: no state directory']);
  });

  it('answers 503 before the scraper gives up', async (t) => {
    const requests: RenderRequest[] = [];
    const render = (request: RenderRequest): Promise<string> => {
      requests.push(request);
      return new Promise(() => {});
    };
    const { url } = await listenFor(t, { render });
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.05' };
    const { status, text } = await get(`${url}/metrics`, { headers });
    assert.equal(status, 503);
    assert.match(text, /not ready within 0\.045 s/);
    assert.equal(requests[0]?.scrapeTimeoutSeconds, 0.05);
  });
});

describe('requests of web pages', () => {
  it('are refused, by host name or by what the browser says', async (t) => {
    const { url, port } = await listenFor(t);
    const status = async (headers: Record<string, string>) => (await get(`${url}/metrics`, { headers })).status;
    assert.equal(await status({ Host: 'rebound.example:8000' }), 421);
    assert.equal(await status({ Host: `localhost:${port}` }), 200);
    assert.equal(await status({ Origin: url }), 403);
    assert.equal(await status({ 'Sec-Fetch-Site': 'cross-site' }), 403);
    assert.equal(await status({ 'Sec-Fetch-Site': 'none' }), 200);
  });

  it('cannot be told from scrapers by name when every interface is served', async (t) => {
    const { port } = await listenFor(t, { listen: [{ host: '0.0.0.0', port: 0 }] });
    const headers = { Host: 'any.example' };
    assert.equal((await get(`http://127.0.0.1:${port}/metrics`, { headers })).status, 200);
    const strict = await listenFor(t, { listen: [{ host: '0.0.0.0', port: 0 }], allowedHosts: ['mirror.example'] });
    const reply = (host: string) => get(`http://127.0.0.1:${strict.port}/metrics`, { headers: { Host: host } });
    assert.equal((await reply('any.example')).status, 421);
    assert.equal((await reply('mirror.example:8000')).status, 200);
  });
});

it('tells of its answers by handler and status', async (t) => {
  const answers: unknown[] = [];
  const { url } = await listenFor(t, { onAnswer: (...answer) => void answers.push(answer) });
  await get(`${url}/`);
  await get(`${url}/healthz`);
  await get(`${url}/nowhere`);
  await get(`${url}/metrics`, { method: 'POST' });
  await get(`${url}/metrics`);
  assert.deepEqual(answers, [
    ['landing', 200],
    ['health', 200],
    ['other', 404],
    ['metrics', 405],
    ['metrics', 200],
  ]);
});

it('gives one base URL per address', async (t) => {
  const { addresses } = await listenFor(t, { listen: ['127.0.0.1', '127.0.0.2'].map((host) => ({ host, port: 0 })) });
  assert.equal(addresses.length, 2);
  for (const [index, address] of addresses.entries()) {
    assert.match(address, new RegExp(`^http://127\\.0\\.0\\.${index + 1}:\\d+$`));
    assert.equal((await get(`${address}/metrics`)).text, METRICS);
  }
});
