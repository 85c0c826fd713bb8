import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onlyInstanceFor, systemPlatform } from '../../src/image/platform.ts';

const INSTANCES = [
  { digest: 'amd64', platform: { os: 'linux', architecture: 'amd64' } },
  { digest: 'windows', platform: { os: 'windows', architecture: 'amd64' } },
  { digest: 'v6', platform: { os: 'linux', architecture: 'arm', variant: 'v6' } },
  { digest: 'v7', platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
  { digest: 'nameless' },
];

test('an instance is chosen only when there is no other candidate', () => {
  assert.equal(onlyInstanceFor(INSTANCES, { os: 'linux', architecture: 'amd64' }), 'amd64');
  assert.equal(onlyInstanceFor(INSTANCES, { os: 'linux', architecture: 'arm', variant: 'v7' }), 'v7');
  assert.equal(onlyInstanceFor(INSTANCES, { os: 'linux', architecture: 'arm' }), undefined);
  assert.equal(onlyInstanceFor(INSTANCES, { os: 'linux', architecture: 's390x' }), undefined);
});

test('the system is this machine, in the words of Go, unless overridden', () => {
  const host = { platform: 'linux', arch: 'x64' };
  assert.deepEqual(systemPlatform({}, host), { os: 'linux', architecture: 'amd64' });
  assert.deepEqual(systemPlatform({ architecture: 'arm', variant: 'v7' }, host), {
    os: 'linux',
    architecture: 'arm',
    variant: 'v7',
  });
});
