import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenge } from '../../src/registry/authenticator.ts';

test('a bearer challenge tells realm and service, in any order and case', () => {
  const challenge = parseChallenge(
    'bearer service="registry.docker.io",scope="x:y", realm="https://auth.docker.io/token"',
  );
  assert.ok(challenge.scheme === 'bearer');
  assert.equal(challenge.realm.href, 'https://auth.docker.io/token');
  assert.equal(challenge.service, 'registry.docker.io');
});

test('quoted commas and quotes belong to the value', () => {
  const challenge = parseChallenge('Bearer realm="https://a.example/t?x=1,2",service="say \\"hi\\""');
  assert.ok(challenge.scheme === 'bearer');
  assert.equal(challenge.realm.search, '?x=1,2');
  assert.equal(challenge.service, 'say "hi"');
});

test('what is not known is told apart', () => {
  assert.deepEqual(parseChallenge('Basic realm="x"'), { scheme: 'basic' });
  for (const header of [undefined, '', 'Negotiate', 'Bearer', 'Bearer realm="ftp://x"', 'Bearer realm="nowhere"']) {
    assert.deepEqual(parseChallenge(header), { scheme: 'unknown' });
  }
});
