import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { test } from 'node:test';
import { withoutCollisions } from '../../../src/sync/map/collisions.ts';
import { NEEDS_ROOT } from '../../support/needs-root.ts';
import { tempDir } from '../../support/temp.ts';

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
  ['dir:/srv/x', 'dir:/srv//x'],
  ['dir:/srv/x/1.1', 'dir:/srv/x/./1.1/1.2'],
  ['dir:/srv/x/../y', 'oci-archive:/srv/y/a.tar'],
  ['oci:/srv/x:a', 'dir:/srv/x'],
  ['oci:/srv/x:a', 'oci:/srv/x/blobs:b'],
  ['oci:/srv/x:a', 'oci:/srv/./x:a'],
  ['docker-archive:/srv/x.tar', 'dir:/srv/x.tar/y'],
];

for (const [a, b] of REFUSED) {
  test(`${a} and ${b} cannot both be written`, () => {
    const images = [image('docker://a/one:1', a), image('docker://a/two:1', b)];
    assert.throws(() => withoutCollisions(images), { errorType: 'usage', message: /one:1 and docker:\/\/a\/two:1/ });
    assert.throws(() => withoutCollisions(images.toReversed()), { errorType: 'usage' });
  });
}

const assertCollide = (a: string, b: string): void => {
  const images = [image('docker://a/one:1', a), image('docker://a/two:1', b)];
  assert.throws(() => withoutCollisions(images), { errorType: 'usage' });
  assert.throws(() => withoutCollisions(images.toReversed()), { errorType: 'usage' });
};

test('a place is the same whatever link leads to it, though nothing lies there yet', async () => {
  await using dir = await tempDir('collisions');
  await mkdir(dir.join('real'));
  await symlink('real', dir.join('link'));
  await symlink('real/later', dir.join('nowhere'));
  await symlink('loop', dir.join('loop'));
  assertCollide(`dir:${dir.join('real/x')}`, `dir:${dir.join('link/x')}`);
  assertCollide(`dir:${dir.join('real/x')}`, `oci:${dir.join('link/x/y')}:1`);
  assertCollide(`dir:${dir.join('real/later')}`, `dir:${dir.join('nowhere')}`);
  assertCollide(`dir:${dir.join('real/later')}`, `oci-archive:${dir.join('nowhere/a.tar')}`);
  assert.equal(withoutCollisions([image('docker://a/x:1', `dir:${dir.join('loop/x')}`)]).length, 1);
});

test('a place is the same whatever mount leads to it', { skip: NEEDS_ROOT }, async () => {
  await using dir = await tempDir('collisions');
  for (const name of ['one', 'two']) await mkdir(dir.join(name));
  const program = `
    import { withoutCollisions } from ${JSON.stringify(import.meta.resolve('../../../src/sync/map/collisions.ts'))};
    const images = ['one', 'two'].map((name) => ({ source: 'docker://a/' + name, destination: 'dir:${dir.path}/' + name + '/x' }));
    try { withoutCollisions(images); } catch (error) { console.log(error.errorType); }`;
  const mounted = `mount --bind one two && exec "${process.execPath}" --input-type=module -e "$PROGRAM"`;
  const env = { ...process.env, PROGRAM: program };
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', mounted], {
    cwd: dir.path,
    encoding: 'utf8',
    env,
  });
  assert.equal(stdout, 'usage\n', stderr);
});

test('upper and lower case are two where the file system says so', async () => {
  await using dir = await tempDir('collisions');
  const images = ['A', 'a'].map((name) => image(`docker://a/${name.toLowerCase()}:${name}`, `dir:${dir.join(name)}`));
  assert.deepEqual(withoutCollisions(images), images);
});
