import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import type { ListenerOptions } from '../../../../src/metrics/listener/listener.ts';
import { makeFifo } from '../../../support/fifo.ts';
import { get, listenFor, METRICS, openSocket } from '../harness.ts';
import { clientFiles, makeAuthority, makeCertificate, temporaryDirectory } from './certificates.ts';

const directory = temporaryDirectory(after);
const path = (name: string): string => join(directory, name);
makeAuthority(directory, 'ca');
makeCertificate(directory, 'server', 'ca', 'IP:127.0.0.1,DNS:localhost');
makeCertificate(directory, 'server2', 'ca', 'IP:127.0.0.1');
makeCertificate(directory, 'client', 'ca', 'DNS:prometheus.example,IP:10.0.0.1,email:a@b.example,URI:spiffe://x/y');
makeAuthority(directory, 'foreign');
makeCertificate(directory, 'stranger', 'foreign', 'DNS:prometheus.example');
const ca = readFileSync(path('ca.crt'), 'utf8');

let files = 0;
const writeConfig = (text: string, file = path(`web-${files++}.yml`)): string => {
  writeFileSync(file, text);
  return file;
};

const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';
const clientAuth = (type: string): string => `${TLS}  client_auth_type: ${type}\n`;

const listenWith = (t: TestContext, text: string, options: Partial<ListenerOptions> = {}) =>
  listenFor(t, { webConfigFile: writeConfig(text), ...options });

/** Whether clients without certificate, with a good one and with one of a foreign authority are served. */
const served = async (url: string): Promise<boolean[]> => {
  const clients = [{}, clientFiles(directory, 'client'), clientFiles(directory, 'stranger')];
  return Promise.all(
    clients.map((client) =>
      get(`${url}/metrics`, { ca, ...client }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    ),
  );
};

describe('TLS', () => {
  it('serves HTTPS and nothing else', async (t) => {
    const { url, port } = await listenWith(t, `${TLS}http_server_config: {headers: {X-Frame-Options: deny}}\n`);
    assert.match(url, /^https:/);
    const { headers, text } = await get(`${url}/metrics`, { ca });
    assert.equal(text, METRICS);
    assert.equal(headers['x-frame-options'], 'deny');
    await assert.rejects(get(`http://127.0.0.1:${port}/metrics`));
    await assert.rejects(get(`${url}/metrics`), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('takes configuration and key from pipes, and keeps them when other files change', async (t) => {
    const [config, key] = [makeFifo(path('pipe.yml')), makeFifo(path('pipe.key'))];
    copyFileSync(path('server.crt'), path('pipe.crt'));
    const [{ url, warnings }] = await Promise.all([
      listenFor(t, { webConfigFile: config }),
      writeFile(config, TLS.replace('server.key', 'pipe.key').replace('server.crt', 'pipe.crt')),
      writeFile(key, readFileSync(path('server.key'))),
    ]);
    assert.equal((await get(`${url}/metrics`, { ca })).text, METRICS);
    copyFileSync(path('server.crt'), path('pipe.crt'));
    assert.equal((await get(`${url}/metrics`, { ca })).text, METRICS);
    assert.deepEqual(warnings, []);
  });

  const negotiated = (port: number, options: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, ...options }, () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('keeps to versions and cipher suites', async (t) => {
    const suites = 'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]';
    const old = await listenWith(t, `${TLS}  max_version: TLS12\n  ${suites}\n`);
    assert.equal(await negotiated(old.port, {}), 'TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384');
    await assert.rejects(negotiated(old.port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }));
    await assert.rejects(negotiated(old.port, { minVersion: 'TLSv1.3' }));
    const modern = await listenWith(t, `${TLS}  min_version: TLS13\n`);
    assert.match(await negotiated(modern.port, {}), /^TLSv1\.3 /);
    await assert.rejects(negotiated(modern.port, { maxVersion: 'TLSv1.2' }));
  });

  it('cuts off a handshake that does not come, and at close', async (t) => {
    const hasty = await listenWith(t, TLS, { limits: { tlsHandshakeTimeoutMs: 30 } });
    await (await openSocket(t, hasty.port)).closed;
    const closing = await listenWith(t, TLS, { limits: { closeTimeoutMs: 20 } });
    const { closed } = await openSocket(t, closing.port);
    await Promise.all([closing.close(), closed]);
  });
});

describe('client certificates', () => {
  for (const [type, expected] of [
    ['NoClientCert', [true, true, true]],
    ['RequestClientCert', [true, true, true]],
    ['RequireAnyClientCert', [false, true, true]],
    ['VerifyClientCertIfGiven', [true, true, false]],
    ['RequireAndVerifyClientCert', [false, true, false]],
  ] as const) {
    it(`${type}: none ${expected[0]}, good ${expected[1]}, foreign ${expected[2]}`, async (t) => {
      const verified = type.includes('Verify') ? '  client_ca_file: ca.crt\n' : '';
      const { url } = await listenWith(t, clientAuth(type) + verified);
      assert.deepEqual(await served(url), expected);
    });
  }

  for (const [name, accepted] of [
    ['prometheus.example', true],
    ['10.0.0.1', true],
    ['a@b.example', true],
    ['spiffe://x/y', true],
    ['example', false],
    ['*.example', false],
    ['client', false],
    ['10.0.0.2', false],
  ] as const) {
    it(`client_allowed_sans ${name}: ${accepted}`, async (t) => {
      const config = `${clientAuth('RequireAndVerifyClientCert')}  client_ca_file: ca.crt\n`;
      const { url } = await listenWith(t, `${config}  client_allowed_sans: ["${name}"]\n`);
      assert.deepEqual(await served(url), [false, accepted, false]);
    });
  }

  it('are judged anew on every connection: sessions are not resumed', async (t) => {
    const config = `${clientAuth('RequireAndVerifyClientCert')}  client_ca_file: ca.crt\n`;
    const { port } = await listenWith(t, config);
    const visit = async (version: SecureVersion, session?: Buffer) => {
      const versions = { minVersion: version, maxVersion: version, ...(session && { session }) };
      const socket = connect({ port, host: '127.0.0.1', ca, ...clientFiles(directory, 'client'), ...versions });
      let next: Buffer | undefined;
      socket.on('session', (given) => {
        next = given;
      });
      await once(socket, 'secureConnect');
      const reused = socket.isSessionReused();
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      assert.match(Buffer.concat(await socket.toArray()).toString(), /200 OK/);
      return { reused, session: next };
    };
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { session } = await visit(version);
      assert.equal((await visit(version, session)).reused, false, version);
    }
  });
});

describe('changed files', () => {
  const fingerprint = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca }, () => {
        resolve(socket.getPeerCertificate().subject.CN?.toString() ?? '');
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('give the next connection the new certificate; an unfinished exchange keeps the old one', async (t) => {
    for (const kind of ['crt', 'key']) copyFileSync(path(`server.${kind}`), path(`live.${kind}`));
    const { port, warnings } = await listenWith(t, TLS.replaceAll('server.', 'live.'));
    assert.equal(await fingerprint(port), 'server');
    copyFileSync(path('server2.crt'), path('live.crt'));
    assert.equal(await fingerprint(port), 'server');
    assert.equal(await fingerprint(port), 'server');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /live\.key\); the old settings stay in use$/);
    copyFileSync(path('server2.key'), path('live.key'));
    assert.equal(await fingerprint(port), 'server2');
    assert.equal(warnings.length, 1);
  });

  it('may be swapped by symbolic link, and be missing for a while', async (t) => {
    symlinkSync('server.crt', path('link.crt'));
    symlinkSync('server.key', path('link.key'));
    const { port } = await listenWith(t, TLS.replaceAll('server.', 'link.'));
    for (const kind of ['crt', 'key']) {
      rmSync(path(`link.${kind}`));
      assert.equal(await fingerprint(port), 'server');
      symlinkSync(`server2.${kind}`, path(`link.${kind}`));
    }
    assert.equal(await fingerprint(port), 'server2');
  });

  it('change client authorities for the next connection', async (t) => {
    const config = `${clientAuth('RequireAndVerifyClientCert')}  client_ca_file: `;
    const file = writeConfig(`${config}ca.crt\n`);
    const { url } = await listenFor(t, { webConfigFile: file });
    assert.deepEqual(await served(url), [false, true, false]);
    writeConfig(`${config}foreign.crt\n`, file);
    assert.deepEqual(await served(url), [false, false, true]);
  });

  it('change users for the next request, and never open what was closed', async (t) => {
    const users = (password: string) => `basic_auth_users:\n  prom: ${hashSync(password, 4)}\n`;
    const file = writeConfig(users('one'));
    const { url, warnings } = await listenFor(t, { webConfigFile: file });
    const status = async (password?: string) =>
      (await get(`${url}/metrics`, password === undefined ? {} : { auth: `prom:${password}` })).status;
    assert.deepEqual([await status(), await status('one'), await status('two')], [401, 200, 401]);

    writeConfig(users('two'), path('new.yml'));
    renameSync(path('new.yml'), file);
    assert.deepEqual([await status(), await status('one'), await status('two')], [401, 401, 200]);
    assert.deepEqual(warnings, []);

    for (const [text, warning] of [
      ['', /basic authentication off needs a restart/],
      ['basic_auth_user: {}\n', /:1:1: unknown key "basic_auth_user"; .*; the old settings stay/],
      [`${TLS}${users('three')}`, /TLS on or off needs a restart/],
    ] as const) {
      warnings.length = 0;
      writeConfig(text, file);
      assert.deepEqual([await status(), await status('two')], [401, 200]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', warning);
    }
    rmSync(file);
    assert.deepEqual([await status(), await status('two')], [401, 200]);
  });
});

it('refuses to start with a configuration it cannot use', async (t) => {
  await assert.rejects(listenWith(t, 'basic_auth_user: {}\n'), /:1: unknown key "basic_auth_user"/);
  await assert.rejects(listenFor(t, { webConfigFile: path('nowhere.yml') }), /cannot be read/);
});

it('says that HTTP/2 is not offered', async (t) => {
  const { warnings } = await listenWith(t, 'http_server_config: {http2: true}\n');
  assert.match(warnings.join(), /HTTP\/2 is not offered/);
});
