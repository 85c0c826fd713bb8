import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceImage } from '../../../src/sync/map/destination-rule.ts';
import { skopeoRule } from '../../../src/sync/map/skopeo-rule.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const TAGGED: SourceImage = { reference: 'docker://quay.io/a/app:1', registry: 'quay.io', path: 'a/app', tag: '1' };
const PINNED: SourceImage = {
  reference: `docker://quay.io/a/app@${DIGEST}`,
  registry: 'quay.io',
  path: 'a/app',
  digest: DIGEST,
};
const LOCAL: SourceImage = { reference: 'dir:/media/team/app:1', path: 'team/app', tag: '1' };

/** The same as cmd/skopeo/sync.go of skopeo computes. */
const CASES: readonly [
  image: SourceImage,
  transport: 'docker' | 'dir',
  destination: string,
  options: object,
  expected: string,
][] = [
  [TAGGED, 'docker', 'm.example', {}, 'docker://m.example/app:1'],
  [TAGGED, 'docker', 'm.example/x/', {}, 'docker://m.example/x/app:1'],
  [TAGGED, 'docker', 'm.example', { scoped: true }, 'docker://m.example/quay.io/a/app:1'],
  [TAGGED, 'docker', 'm.example', { appendSuffix: '-m' }, 'docker://m.example/app:1-m'],
  [PINNED, 'docker', 'm.example', {}, `docker://m.example/app@${DIGEST}`],
  [PINNED, 'dir', '/srv', {}, `dir:/srv/app@${DIGEST}`],
  [TAGGED, 'dir', '/srv/', { scoped: true }, 'dir:/srv/quay.io/a/app:1'],
  [LOCAL, 'docker', 'm.example', {}, 'docker://m.example/app:1'],
  [LOCAL, 'docker', 'm.example', { scoped: true }, 'docker://m.example/team/app:1'],
];

for (const [image, transport, destination, options, expected] of CASES) {
  test(`${image.reference} goes to ${expected}`, () => {
    const rule = skopeoRule({ transport, destination, scoped: false, appendSuffix: '', ...options });
    assert.equal(rule.destinationOf(image), expected);
  });
}

test('what is no reference is refused with the image it is for', () => {
  const rule = skopeoRule({ transport: 'docker', destination: 'm.example', scoped: false, appendSuffix: '-m' });
  assert.throws(() => rule.destinationOf(PINNED), {
    errorType: 'usage',
    message: /quay\.io\/a\/app@sha256.* not a valid/,
  });
});

test('a destination written with a transport is refused with what to write', () => {
  const destination = 'docker://m.example';
  const rule = skopeoRule({ transport: 'docker', destination, scoped: false, appendSuffix: '' });
  assert.throws(() => rule.destinationOf(TAGGED), { next: /without a transport/ });
});
