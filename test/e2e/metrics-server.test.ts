import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { hash } from 'bcryptjs';
import { parseSamples } from '../metrics/samples.ts';
import { makeCertificate } from '../support/registry/certificate.ts';
import { curl, openScene, startMetricsServer } from './scene.ts';

test('a busy port is a clear error, and SIGTERM ends the service well, open connections or not', async () => {
  await using scene = await openScene();
  await using server = await startMetricsServer(scene);
  const port = new URL(server.url).port;
  const second = await scene.run('metrics-server', '--host', 'localhost', '--port', port);
  assert.equal(second.exitCode, 69);
  assert.match(
    second.stderr,
    new RegExp(`cannot listen on localhost:${port}: the port is already in use\\nStop the program`),
  );

  const idle = await fetch(`${server.url}/metrics`);
  assert.equal(idle.status, 200);
  await idle.text();
  server.running.kill('SIGTERM');
  const { exitCode, signal } = await server.running.result;
  assert.deepEqual({ exitCode, signal }, { exitCode: 0, signal: undefined }, 'idle connections must not hold it');
  await assert.rejects(curl(`${server.url}/metrics`), /Failed to connect|refused/);
});

test('addresses and path are of the caller’s choice; TLS and a password keep others out', async () => {
  await using scene = await openScene();
  const certificate = await makeCertificate(scene.dir.path);
  const config = scene.dir.join('web.yml');
  await writeFile(
    config,
    [
      `tls_server_config: {cert_file: ${certificate.certificate}, key_file: ${certificate.key}}`,
      `basic_auth_users: {prometheus: "${await hash('right', 4)}"}`,
    ].join('\n'),
  );
  await using server = await startMetricsServer(
    scene,
    ...['--web.listen-address', '127.0.0.1:0', '--web.config.file', config, '--web.telemetry-path', '/numbers'],
  );
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const trusted = ['--cacert', certificate.certificate];
  const page = await curl(...trusted, '--user', 'prometheus:right', `${server.url}/numbers`);
  assert.equal(parseSamples(page).get('skopeo_active_operations{operation="copy"}'), 0);
  await assert.rejects(curl(...trusted, '--user', 'prometheus:wrong', `${server.url}/numbers`), /401/);
  await assert.rejects(curl(...trusted, `${server.url}/numbers`), /401/);
  await assert.rejects(curl('--user', 'prometheus:right', `${server.url}/numbers`), /certificate/);
  await assert.rejects(curl(`${server.url.replace('https:', 'http:')}/numbers`));
  await assert.rejects(curl(...trusted, '--user', 'prometheus:right', `${server.url}/metrics`), /404/);
});

test('a web configuration with an unknown key is refused before the port is opened', async () => {
  await using scene = await openScene();
  const config = scene.dir.join('web.yml');
  await writeFile(config, 'tls_server_configs: {}\n');
  const { exitCode, stderr } = await scene.run('metrics-server', '--port', '0', '--web.config.file', config);
  assert.equal(exitCode, 64, stderr);
  assert.match(stderr, /tls_server_configs/);
});
