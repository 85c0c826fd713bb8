import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, manifestDigestOf } from '../../src/image/manifest.ts';

test('the digest of a manifest is that of its bytes, save where signatures or an error page are among them', () => {
  const manifest = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}');
  assert.equal(manifestDigestOf(manifest), digestOf(manifest));
  for (const other of ['{"schemaVersion":1,"fsLayers":[],"signatures":[]}', '<html>log in</html>', '[]', '']) {
    assert.equal(manifestDigestOf(Buffer.from(other)), undefined, other);
  }
});
