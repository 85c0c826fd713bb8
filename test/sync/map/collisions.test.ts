import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutCollisions } from '../../../src/sync/map/collisions.ts';

const image = (source: string, destination: string) => ({ source, destination });

test('different destinations pass, the same image twice is taken once', () => {
  const images = [image('docker://a/x:1', 'docker://m.example/x:1'), image('docker://a/y:1', 'docker://m.example/y:1')];
  assert.deepEqual(withoutCollisions([...images, image('docker://a/x:1', 'docker://m.example/x:1')]), images);
});

test('one image for one destination in two ways is refused', () => {
  const twice = ['docker://a/x:1', 'docker://a/x:1'].map((source) => image(source, 'docker://m.example/x:1'));
  assert.throws(() => withoutCollisions(twice, () => false), { errorType: 'usage', message: /in two ways/ });
});

test('several names in one OCI layout are no collision', () => {
  const images = [image('docker://a/x:1', 'oci:/srv/l:x'), image('docker://a/y:1', 'oci:/srv/l:y')];
  assert.deepEqual(withoutCollisions(images), images);
});

const REFUSED: readonly [a: string, b: string][] = [
  ['docker://m.example/x:1', 'docker://m.example/x:1'],
  ['docker://m.example/x', 'docker://m.example/x:latest'],
  ['docker://docker.io/nginx:1', 'docker://docker.io/library/nginx:1'],
  ['dir:/srv/x', 'dir:/srv/x'],
  ['dir:/srv/x', 'dir:/srv/x/y/z'],
  ['oci-archive:/srv/x.tar:a', 'oci-archive:/srv/x.tar:b'],
];

for (const [a, b] of REFUSED) {
  test(`${a} and ${b} cannot both be written`, () => {
    const images = [image('docker://a/one:1', a), image('docker://a/two:1', b)];
    assert.throws(() => withoutCollisions(images), { errorType: 'usage', message: /one:1 and docker:\/\/a\/two:1/ });
    assert.throws(() => withoutCollisions(images.toReversed()), { errorType: 'usage' });
  });
}
