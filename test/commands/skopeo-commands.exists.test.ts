import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { RESULT } from '../../src/display/result-json.ts';
import { FAULTS } from '../dropin/faults.ts';
import { createLayout, type OciLayout } from '../support/images.ts';
import { type RegistryProxy, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { runHere } from '../support/run-here.ts';
import { mustSkopeo, privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

let dir: TempDir;
let layout: OciLayout;
let registry: Registry;
let closed: Registry;
let faulty: RegistryProxy;
let web: RegistryProxy;

before(async () => {
  dir = await tempDir('exists');
  layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 1000 }] });
  registry = await startRegistry();
  closed = await startRegistry({ basicAuth: { user: 'secret' } });
  for (const one of [registry, closed]) await one.seed(layout.reference('app'), 'team/app:1');
  faulty = await startProxy(registry, { rules: FAULTS });
  web = await startProxy(registry, { rules: [{ do: { answer: { status: 404, body: '<html>no such page' } } }] });
  for (const to of [`dir:${dir.join('dir')}`, `docker-archive:${dir.join('docker.tar')}:example.org/app:1`]) {
    await mustSkopeo(['copy', '-q', layout.reference('app'), to], { env: privateHome(dir.path) });
  }
  await mustSkopeo(['copy', '-q', layout.reference('app'), `oci-archive:${dir.join('oci.tar')}:app`], {
    env: privateHome(dir.path),
  });
  await mkdir(dir.join('empty'));
  await writeFile(dir.join('file'), 'text');
});

after(async () => {
  for (const part of [web, faulty, closed, registry, dir]) await part?.[Symbol.asyncDispose]();
});

const exists = (...args: readonly string[]) =>
  runHere(['exists', ...args], { cwd: dir.path, env: privateHome(dir.path) });

const YES = [
  'docker://{registry}/team/app:1',
  'oci:layout:app',
  'dir:dir',
  'docker-archive:docker.tar',
  'oci-archive:oci.tar:app',
];

const NO = [
  'docker://{registry}/team/app:nope',
  'docker://{registry}/nope:1',
  'docker://{faulty}/fault/manifest-unknown:1',
  'docker://{faulty}/fault/name-unknown:1',
  'oci:layout:nope',
  'oci:nowhere:app',
  'oci:empty:app',
  'dir:nowhere',
  'dir:empty',
  'docker-archive:nowhere.tar',
  'docker-archive:docker.tar:example.org/app:9',
  'oci-archive:nowhere.tar',
  'oci-archive:oci.tar:nope',
];

/** Error type and reference: whatever may hide an image leaves the question open. */
const OPEN: readonly (readonly [string, string])[] = [
  ['denied', 'docker://{faulty}/fault/denied:1'],
  ['denied', 'docker://{faulty}/fault/forbidden:1'],
  ['unauthorized', 'docker://{faulty}/fault/unauthorized:1'],
  ['unauthorized', 'docker://{closed}/team/app:1'],
  ['not_found', 'docker://{faulty}/fault/html-404:1'],
  ['not_found', 'docker://{web}/team/app:1'],
  ['server_error', 'docker://{faulty}/fault/broken:1'],
  ['server_error', 'docker://{faulty}/fault/unavailable:1'],
  ['connection_lost', 'docker://{faulty}/fault/hang-up:1'],
  ['connection_lost', 'docker://{faulty}/fault/reset:1'],
  ['connection_refused', 'docker://127.0.0.1:1/team/app:1'],
  ['invalid_reference', 'docker://{registry}/UPPER:1'],
];

const fill = (reference: string): string => {
  const hosts: Record<string, string> = {
    registry: registry.host,
    closed: closed.host,
    faulty: faulty.host,
    web: web.host,
  };
  return reference.replace(/\{(\w+)\}/, (_, name: string) => hosts[name] ?? '');
};

describe('exists IMAGE', { concurrency: 2 }, () => {
  for (const reference of YES) {
    test(`0: ${reference} exists`, async () => {
      const { exitCode, stdout, stderr } = await exists('--tls-verify=false', fill(reference));
      assert.deepEqual({ exitCode, stdout }, { exitCode: 0, stdout: '' }, stderr);
    });
  }

  for (const reference of NO) {
    test(`2: ${reference} does not exist`, async () => {
      const { exitCode, stdout, stderr } = await exists('--tls-verify=false', fill(reference));
      assert.deepEqual({ exitCode, stdout }, { exitCode: 2, stdout: '' }, stderr);
    });
  }

  for (const [errorType, reference] of OPEN) {
    test(`1: ${reference} cannot be found out (${errorType})`, async () => {
      const { exitCode, stdout, stderr } = await exists('--json', '--tls-verify=false', fill(reference));
      const result = RESULT.parse(JSON.parse(stdout));
      assert.equal(exitCode, 1, stderr);
      assert.deepEqual([result.outcome, result.error_type, result.exists], ['error', errorType, undefined], stderr);
    });
  }
});

test('--json says it as a boolean', async () => {
  const yes = await exists('--json', 'dir:dir');
  const no = await exists('--json', 'dir:nowhere');
  assert.equal(RESULT.strict().parse(JSON.parse(yes.stdout)).exists, true);
  const { exists: found, outcome, exit_code, operation } = RESULT.strict().parse(JSON.parse(no.stdout));
  assert.deepEqual(
    { found, outcome, exit_code, operation },
    { found: false, outcome: 'success', exit_code: 2, operation: 'image_exists' },
  );
});

test('takes the registry flags of inspect', async () => {
  const { exitCode, stderr } = await exists(
    '--creds',
    'user:secret',
    '--tls-verify=false',
    fill('docker://{closed}/team/app:1'),
  );
  assert.equal(exitCode, 0, stderr);
});

test('asks for the manifest alone, never for tags', async () => {
  await using quiet = await startProxy(registry);
  await exists('--tls-verify=false', `docker://${quiet.host}/team/app:1`);
  assert.equal(quiet.count({ path: /\/tags\// }), 0);
  assert.equal(quiet.count({ path: /\/manifests\// }), 1);
});

test('a time limit leaves the question open, with its own status', async () => {
  await using mute = await startProxy(registry, { connections: 'black-hole' });
  assert.equal(
    (await exists('--timeout', '1s', '--tls-verify=false', `docker://${mute.host}/team/app:1`)).exitCode,
    124,
  );
});

test('needs one image', async () => {
  for (const operands of [[], ['dir:dir', 'dir:dir']]) assert.equal((await exists(...operands)).exitCode, 64);
});

test('both answers are successes in the metrics', async () => {
  for (const image of ['dir:dir', 'dir:nowhere'])
    await exists('--no-state', '--metrics-textfile', dir.join(`${image.slice(4)}.prom`), image);
  for (const name of ['dir', 'nowhere']) {
    const text = await readFile(dir.join(`${name}.prom`), 'utf8');
    assert.match(text, /^skopeo_\w+\{[^}]*operation="image_exists"[^}]*status="success"[^}]*\} 1$/m);
  }
});
