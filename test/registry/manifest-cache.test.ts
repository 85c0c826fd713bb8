import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManifestCache } from '../../src/registry/manifest-cache.ts';

test('the oldest manifests make room for new ones', () => {
  const cache = new ManifestCache(100);
  cache.set('a', new Uint8Array(40));
  cache.set('b', new Uint8Array(40));
  cache.set('a', new Uint8Array(50));
  assert.equal(cache.get('a')?.length, 50);
  cache.set('c', new Uint8Array(40));
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.get('a')?.length, 50);
  cache.set('d', new Uint8Array(101));
  for (const name of ['a', 'b', 'c', 'd']) assert.equal(cache.get(name), undefined);
});
