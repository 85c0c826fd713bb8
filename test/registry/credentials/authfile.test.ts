import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { findCredentials as findSecretCredentials, readAuthfiles } from '../../../src/registry/credentials/authfile.ts';
import { tempDir } from '../../support/temp.ts';

/** With the password as text, which a comparison sees. */
const findCredentials = (...args: Parameters<typeof findSecretCredentials>): unknown => {
  const credentials = findSecretCredentials(...args);
  return typeof credentials === 'string' ? credentials : { ...credentials, password: credentials.password.reveal() };
};

const auth = (user: string) => ({ auth: Buffer.from(`${user}:pass:word`).toString('base64') });
const found = (username: string) => ({ username, password: 'pass:word' });

const FILE = {
  auths: {
    'quay.io': auth('quay'),
    'quay.io/team': auth('team'),
    'quay.io/team/app': auth('app'),
    'https://index.docker.io/v1/': auth('hub'),
    'token.example': { ...auth('x'), identitytoken: 'abc' },
    'empty.example': {},
  },
  credHelpers: { 'helped.example': 'ecr-login' },
};

const CASES: readonly [registry: string, path: string, expected: unknown][] = [
  ['quay.io', 'other/x', found('quay')],
  ['quay.io', 'team/other', found('team')],
  ['quay.io', 'team/app', found('app')],
  ['docker.io', 'library/nginx', found('hub')],
  ['ghcr.io', 'a/b', 'none'],
  ['token.example', 'a', 'helper'],
  ['empty.example', 'a', 'helper'],
  ['helped.example', 'a', 'helper'],
];

for (const [registry, path, expected] of CASES) {
  test(`${registry}/${path} is found as skopeo finds it`, async () => {
    await using dir = await tempDir('auth-file');
    await writeFile(dir.join('auth.json'), JSON.stringify(FILE));
    const search = { env: { HOME: dir.path }, uid: 0, given: dir.join('auth.json') };
    assert.deepEqual(findCredentials(registry, path, search), expected);
  });
}

test('the usual places are looked through in order', async () => {
  await using dir = await tempDir('auth-file');
  const put = async (path: string, user: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ auths: { 'quay.io': auth(user) } }));
  };
  const search = { env: { HOME: dir.path, XDG_RUNTIME_DIR: dir.join('run') }, uid: 0 };
  const find = () => findCredentials('quay.io', 'a/b', search);
  assert.equal(find(), 'none');
  await put(dir.join('.docker/config.json'), 'docker');
  assert.deepEqual(find(), found('docker'));
  await put(dir.join('.config/containers/auth.json'), 'config');
  assert.deepEqual(find(), found('config'));
  await put(dir.join('run/containers/auth.json'), 'runtime');
  assert.deepEqual(find(), found('runtime'));
  await put(dir.join('given.json'), 'given');
  const given = { ...search, env: { ...search.env, REGISTRY_AUTH_FILE: dir.join('given.json') } };
  assert.deepEqual(findCredentials('quay.io', 'a/b', given), found('given'));
});

test('a file that cannot be understood, or a store of credentials, is left to skopeo', async () => {
  await using dir = await tempDir('auth-file');
  const search = { env: { HOME: dir.path }, uid: 0, given: dir.join('auth.json') };
  for (const text of ['{', '{"auths": 7}', '{"credsStore": "desktop"}']) {
    await writeFile(dir.join('auth.json'), text);
    assert.equal(findCredentials('quay.io', 'a', search), 'helper');
  }
});

test('DOCKER_CONFIG and XDG_CONFIG_HOME name directories; empty ones name nothing, whatever the working directory holds', async () => {
  await using dir = await tempDir('auth-file');
  const cwd = process.cwd();
  const put = async (path: string, user: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ auths: { 'quay.io': auth(user) } }));
  };
  await put(dir.join('docker/config.json'), 'docker');
  await put(dir.join('work/config.json'), 'planted');
  await put(dir.join('work/containers/auth.json'), 'planted');
  const search = (env: Record<string, string>) => ({ env: { HOME: dir.join('home'), ...env }, uid: 4_000_000 });
  const { signal } = new AbortController();
  process.chdir(dir.join('work'));
  try {
    for (const name of ['DOCKER_CONFIG', 'XDG_CONFIG_HOME', 'REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR', 'HOME']) {
      assert.equal(findCredentials('quay.io', 'a', search({ [name]: '' })), 'none', name);
      assert.deepEqual((await readAuthfiles(search({ [name]: '' }), signal)).auths ?? {}, {}, name);
    }
  } finally {
    process.chdir(cwd);
  }
  const named = search({ DOCKER_CONFIG: dir.join('docker') });
  assert.deepEqual(findCredentials('quay.io', 'a', named), found('docker'));
  assert.deepEqual(Object.keys((await readAuthfiles(named, signal)).auths ?? {}), ['quay.io']);
});
