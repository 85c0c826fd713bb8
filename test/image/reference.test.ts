import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type ImageReference,
  parseReference,
  parseSyncDestination,
  redactReference,
  shortName,
} from '../../src/image/reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

const CASES: Readonly<Record<string, Partial<ImageReference>>> = {
  'docker://busybox': { transport: 'docker', registry: 'docker.io', repository: 'library/busybox' },
  'docker://team/app:1.2': { registry: 'docker.io', repository: 'team/app', tag: '1.2' },
  'docker://docker.io/busybox': { registry: 'docker.io', repository: 'library/busybox' },
  'docker://index.docker.io/team/app': { registry: 'docker.io', repository: 'team/app' },
  'docker://localhost/app': { registry: 'localhost', repository: 'app' },
  'docker://reg.example:5000/team/app:1.2': { registry: 'reg.example:5000', repository: 'team/app', tag: '1.2' },
  [`docker://reg.example/app@${DIGEST}`]: { registry: 'reg.example', repository: 'app', digest: DIGEST },
  [`docker://reg.example/app:1@${DIGEST}`]: { repository: 'app', tag: '1', digest: DIGEST },
  'docker://user:p4ss@reg.example/app:1': { registry: 'reg.example', repository: 'app', tag: '1' },
  'dir:/srv/images/app': { transport: 'dir', path: '/srv/images/app' },
  'dir:/srv/app:1': { path: '/srv/app:1' },
  'oci:/srv/layout:1.0': { transport: 'oci', path: '/srv/layout', tag: '1.0' },
  'oci:layout': { path: 'layout' },
  'oci-archive:/srv/app.tar:docker.io/team/app:1': { transport: 'oci_archive', path: '/srv/app.tar' },
  'docker-archive:/srv/app.tar:team/app:1': { transport: 'docker_archive', path: '/srv/app.tar', tag: '1' },
  'docker-archive:/srv/app.tar:@0': { path: '/srv/app.tar' },
  'docker-daemon:app:1': { transport: 'docker_daemon', repository: 'library/app', tag: '1' },
  [`docker-daemon:${DIGEST}`]: { digest: DIGEST },
  'containers-storage:[overlay@/var/lib]reg.example/app:1': {
    transport: 'containers_storage',
    registry: 'reg.example',
    repository: 'app',
    tag: '1',
  },
  [`containers-storage:@${DIGEST.slice(7)}`]: { digest: DIGEST },
  'ostree:app@/srv/repo': { transport: 'ostree', path: '/srv/repo' },
  'sif:/srv/app.sif': { transport: 'sif', path: '/srv/app.sif' },
  'tarball:/srv/a.tar:/srv/b.tar': { transport: 'tarball', path: '/srv/a.tar' },
  alpine: { transport: 'unknown', scheme: '' },
  'foo:bar': { transport: 'unknown', scheme: '' },
  'constructor:x': { transport: 'unknown', scheme: '' },
};

describe('parseReference', () => {
  for (const [text, expected] of Object.entries(CASES)) {
    it(text, () => assert.partialDeepStrictEqual(parseReference(text), expected));
  }

  it('takes the transport of sync from its flags', () => {
    const expected = { transport: 'docker', scheme: 'docker', registry: 'reg.example:5000', repository: 'mirror' };
    assert.deepEqual(parseReference('reg.example:5000/mirror', 'docker'), expected);
    assert.deepEqual(parseReference('/srv/mirror', 'dir'), { transport: 'dir', scheme: 'dir', path: '/srv/mirror' });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.ok(parseReference(text));
        assert.equal(parseReference(`docker://${text}`).transport, 'docker');
      }),
    );
  });
});

describe('parseSyncDestination', () => {
  const docker = { transport: 'docker', scheme: 'docker' };
  const cases: Readonly<Record<string, object>> = {
    'reg.example:5000': { ...docker, registry: 'reg.example:5000' },
    localhost: { ...docker, registry: 'localhost' },
    'reg.example/mirror/a': { ...docker, registry: 'reg.example', repository: 'mirror/a' },
    team: { ...docker, registry: 'docker.io', repository: 'team' },
  };
  for (const [text, expected] of Object.entries(cases)) {
    it(text, () => assert.deepEqual(parseSyncDestination(text, 'docker'), expected));
  }

  it('a directory', () => {
    assert.deepEqual(parseSyncDestination('/srv/x', 'dir'), { transport: 'dir', scheme: 'dir', path: '/srv/x' });
  });
});

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
