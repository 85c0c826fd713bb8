import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { hashSync } from 'bcryptjs';
import { execa } from 'execa';
import { z } from 'zod';
import { startServer } from '../../../../scripts/monitoring/prometheus-server.ts';
import type { RenderMetrics } from '../../../../src/metrics/listener/scrape.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { get, listenFor, METRICS } from '../harness.ts';
import { makeAuthority, makeCertificate, temporaryDirectory } from '../web-config/certificates.ts';

const directory = temporaryDirectory(after);

const curl = async (...args: string[]): Promise<string> =>
  (await execa('curl', ['--silent', '--show-error', '--noproxy', '*', ...args], { stripFinalNewline: false })).stdout;

/** Starts a program of Prometheus, which is ended when the test is; gives its URL. */
const startFor = async (t: TestContext, command: string, args: string[], readyPath: string): Promise<string> => {
  const server = await startServer(command, args, readyPath);
  t.after(() => server[Symbol.asyncDispose]());
  return server.url;
};

describe('curl', () => {
  it('reaches localhost by name, over both families', async (t) => {
    const { addresses, port } = await listenFor(t, { listen: [{ host: 'localhost', port: 0 }] });
    assert.equal(await curl(`http://localhost:${port}/metrics`), METRICS);
    for (const address of addresses) assert.equal(await curl('--globoff', `${address}/metrics`), METRICS);
  });

  it('gets compressed metrics and headers', async (t) => {
    const { url } = await listenFor(t);
    assert.equal(await curl('--compressed', `${url}/metrics`), METRICS);
    const head = await curl('--head', '--compressed', `${url}/metrics`);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, /^Content-Encoding: gzip\r$/m);
  });

  it('passes TLS and basic authentication', async (t) => {
    makeAuthority(directory, 'curl-ca');
    makeCertificate(directory, 'curl', 'curl-ca', 'DNS:localhost,IP:127.0.0.1');
    const webConfigFile = join(directory, 'curl.yml');
    const users = `basic_auth_users: {prom: "${hashSync('secret', 4)}"}\n`;
    writeFileSync(webConfigFile, `tls_server_config: {cert_file: curl.crt, key_file: curl.key}\n${users}`);
    const { url } = await listenFor(t, { webConfigFile });
    const args = ['--cacert', join(directory, 'curl-ca.crt'), `${url}/metrics`];
    assert.equal(await curl('--user', 'prom:secret', ...args), METRICS);
    assert.equal(await curl('--user', 'prom:wrong', ...args), 'Authentication is needed.\n');
  });
});

describe('node_exporter', () => {
  it('answers with the same type, paths and encoding as this listener', async (t) => {
    const args = ['--collector.disable-defaults', '--web.disable-exporter-metrics', '--collector.textfile'];
    const theirs = await startFor(t, 'prometheus-node-exporter', args, '/');
    const { url: ours } = await listenFor(t);
    const both = async (path: string, headers: Record<string, string> = {}) =>
      Promise.all([ours, theirs].map((url) => get(url + path, { headers })));
    const [our, their] = await both('/metrics', { 'Accept-Encoding': 'gzip', Accept: 'application/openmetrics-text' });
    // Newer ones add how they would write names that no metric of ours has.
    const type = their?.headers['content-type']?.replace(/; escaping=\w+$/, '');
    assert.deepEqual(
      [our?.headers['content-type'], our?.headers['content-encoding']],
      [type, their?.headers['content-encoding']],
    );
    const [landing, theirLanding] = await both('/');
    assert.deepEqual([landing?.status, theirLanding?.status], [200, 200]);
    assert.match(theirLanding?.text ?? '', /href="\/metrics"/);
    assert.match(landing?.text ?? '', /href="\/metrics"/);
  });
});

const targetsSchema = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ scrapePool: z.string(), health: z.string(), lastError: z.string(), scrapeUrl: z.string() }),
    ),
  }),
});
const querySchema = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

describe('Prometheus', () => {
  it('scrapes it plainly, as OpenMetrics, and with TLS, client certificate and password', async (t) => {
    makeAuthority(directory, 'ca');
    makeCertificate(directory, 'server', 'ca', 'DNS:localhost');
    makeCertificate(directory, 'client', 'ca', 'DNS:prometheus.example');
    const webConfigFile = join(directory, 'web.yml');
    writeFileSync(
      webConfigFile,
      `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example]
basic_auth_users:
  prom: ${hashSync('secret', 10)}
`,
    );
    const listen = [{ host: 'localhost', port: 0 }];
    let scrapes = 0;
    const render: RenderMetrics = async ({ format }) =>
      `${METRICS}# TYPE test_requests counter\ntest_requests_total ${scrapes}\n${format === 'openmetrics' ? '# EOF\n' : ''}`;
    const onAnswer = () => void scrapes++;
    const plain = await listenFor(t, { listen });
    const open = await listenFor(t, { listen, render, onAnswer, enableOpenMetrics: true });
    const secure = await listenFor(t, { listen, webConfigFile });
    const failing = await listenFor(t, { listen, render: () => Promise.reject(new Error('broken')) });

    const config = join(directory, 'prometheus.yml');
    const job = (name: string, port: number, more = '') =>
      `  - job_name: ${name}\n    static_configs: [{targets: ['localhost:${port}']}]\n${more}`;
    const credentials = `    scheme: https
    basic_auth: {username: prom, password: secret}
    tls_config: {ca_file: ca.crt, cert_file: client.crt, key_file: client.key}
`;
    writeFileSync(
      config,
      `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
${job('plain', plain.port)}${job('open', open.port)}${job('secure', secure.port, credentials)}${job('failing', failing.port)}`,
    );
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'data')}`];
    const url = await startFor(t, 'prometheus', args, '/-/ready');

    const targets = async () =>
      targetsSchema.parse(JSON.parse((await get(`${url}/api/v1/targets`)).text)).data.activeTargets;
    let health: Record<string, string> = {};
    await waitFor('all scrapes to be judged', async () => {
      const all = await targets();
      health = Object.fromEntries(all.map((x) => [x.scrapePool, `${x.health} ${x.lastError}`]));
      // A busy machine does not always answer within the second that Prometheus waits.
      return all.length === 4 && !all.some((x) => x.health === 'unknown' || /deadline exceeded/.test(x.lastError));
    });
    assert.deepEqual(health, {
      plain: 'up ',
      open: 'up ',
      secure: 'up ',
      failing: 'down server returned HTTP status 503 Service Unavailable',
    });

    const query = async (text: string) =>
      querySchema.parse(JSON.parse((await get(`${url}/api/v1/query?query=${encodeURIComponent(text)}`)).text)).data
        .result;
    const jobsUp = async () => (await query('skopeo_up == 1')).map(({ metric }) => metric.job);
    await waitFor('three to be up', async () =>
      isDeepStrictEqual((await jobsUp()).sort(), ['open', 'plain', 'secure']),
    );
    await waitFor(
      'the count of scrapes',
      async () => Number((await query('test_requests_total'))[0]?.value[1] ?? 0) >= 1,
    );
    assert.deepEqual(failing.warnings, ['a scrape failed: broken']);
  });
});
