import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseReference, parseSyncDestination } from '../../src/image/parse.ts';
import { redactReference, shortName } from '../../src/image/show.ts';

describe('shortName', () => {
  const short = (text: string) => shortName(parseReference(text));

  it('names transport, registry and repository', () => {
    assert.equal(short('docker://reg.example:5000/team/app:1.2'), 'docker:reg.example:5000/team/app');
    assert.equal(short(`docker://u:p@reg.example/app@sha256:${'a'.repeat(64)}`), 'docker:reg.example/app');
  });

  it('names the last two components of a path', () => {
    assert.equal(short('oci:/srv/images/app:1.0'), 'oci:images/app');
    assert.equal(short('dir:app/'), 'dir:app');
  });

  it('names a registry alone', () => {
    assert.equal(shortName(parseSyncDestination('reg.example:5000', 'docker')), 'docker:reg.example:5000');
  });

  it('is empty for what is no reference', () => assert.equal(short('alpine'), ''));

  it('has at most 64 characters and keeps both ends', () => {
    const long = short(`docker://reg.example/${'team/'.repeat(20)}app`);
    assert.equal(long.length, 64);
    assert.match(long, /^docker:reg\.example.*….*\/app$/);
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => short(`docker://r/${text}`).length <= 64));
  });
});

describe('redactReference', () => {
  it('drops credentials and nothing else', () => {
    assert.equal(redactReference('docker://user:p@ss@reg.example/app:1'), 'docker://reg.example/app:1');
    assert.equal(redactReference('user:p4ss@reg.example/app'), 'reg.example/app');
    const digest = `docker://busybox@sha256:${'a'.repeat(64)}`;
    for (const text of [digest, 'docker://reg/app:1', 'dir:/srv/a@b/c', 'oci:/srv/a@b:1', '/srv/a@b']) {
      assert.equal(redactReference(text), text);
    }
  });
});
