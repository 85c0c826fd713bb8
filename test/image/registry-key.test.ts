import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryKey } from '../../src/image/registry-key.ts';

const SAME: readonly (readonly string[])[] = [
  ['quay.io', 'Quay.IO', 'quay.io.', 'quay.io:443', 'QUAY.io.:443', 'quay.io:80'],
  ['quay.io:5000', 'QUAY.IO:5000', 'quay.io.:5000', 'quay.io:05000'],
  ['docker.io', 'index.docker.io', 'registry-1.docker.io'],
  ['127.0.0.1:5000', 'localhost:5000', 'LOCALHOST:5000', 'localhost.:5000', '[::1]:5000', '[0:0:0:0:0:0:0:1]:5000'],
  ['127.0.0.1:5000', '127.0.0.2:5000', '127.1:5000', '[::ffff:127.0.0.1]:5000', '0.0.0.0:5000', '[::]:5000'],
  ['[2001:db8::1]', '[2001:DB8:0::1]:443'],
];

test('all spellings of a registry have one key, and the key is its own', () => {
  for (const [key = '', ...spellings] of SAME) {
    assert.equal(registryKey(key), key);
    for (const spelling of spellings) assert.equal(registryKey(spelling), key, spelling);
  }
});

test('different registries have different keys', () => {
  const names = [
    '127.evil.test',
    'localhost.evil.test',
    'quay.io',
    'quay.io:8443',
    '10.0.0.1',
    '127.0.0.1',
    'my_registry',
  ];
  assert.equal(new Set(names.map(registryKey)).size, names.length);
});
