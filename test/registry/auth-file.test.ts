import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { findCredentials } from '../../src/registry/auth-file.ts';
import { tempDir } from '../support/temp.ts';

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
    const environment = { env: {}, home: dir.path, uid: 0, systemDirectory: dir.path };
    assert.deepEqual(await findCredentials(registry, path, environment, dir.join('auth.json')), expected);
  });
}

test('the usual places are looked through in order', async () => {
  await using dir = await tempDir('auth-file');
  const put = async (path: string, user: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ auths: { 'quay.io': auth(user) } }));
  };
  const environment = { env: { XDG_RUNTIME_DIR: dir.join('run') }, home: dir.path, uid: 0, systemDirectory: dir.path };
  const find = () => findCredentials('quay.io', 'a/b', environment);
  assert.equal(await find(), 'none');
  await put(dir.join('.docker/config.json'), 'docker');
  assert.deepEqual(await find(), found('docker'));
  await put(dir.join('.config/containers/auth.json'), 'config');
  assert.deepEqual(await find(), found('config'));
  await put(dir.join('run/containers/auth.json'), 'runtime');
  assert.deepEqual(await find(), found('runtime'));
  await put(dir.join('given.json'), 'given');
  const given = { ...environment, env: { ...environment.env, REGISTRY_AUTH_FILE: dir.join('given.json') } };
  assert.deepEqual(await findCredentials('quay.io', 'a/b', given), found('given'));
});

test('a file that cannot be understood, or a store of credentials, is left to skopeo', async () => {
  await using dir = await tempDir('auth-file');
  const environment = { env: {}, home: dir.path, uid: 0, systemDirectory: dir.path };
  for (const text of ['{', '{"auths": 7}', '{"credsStore": "desktop"}']) {
    await writeFile(dir.join('auth.json'), text);
    assert.equal(await findCredentials('quay.io', 'a', environment, dir.join('auth.json')), 'helper');
  }
});
