import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { createLayout, type LayerSpec } from './images.ts';
import { mustSkopeo } from './skopeo.ts';
import { tempDir } from './temp.ts';

const LAYERS: readonly LayerSpec[] = [
  { sizeBytes: 300_000 },
  { sizeBytes: 65_558 },
  { sizeBytes: 23 },
  { sizeBytes: 200_001, compression: 'zstd' },
  { sizeBytes: 5_000, compression: 'none' },
  { sizeBytes: 0, compression: 'none' },
  { sizeBytes: 70_000, content: 'zero' },
];

test('layers have exactly the size asked for and unpack to what the config lists', async () => {
  await using dir = await tempDir('images');
  const layout = await createLayout(dir.join('layout'));
  const image = await layout.addImage('a', { layers: LAYERS });
  const config = JSON.parse(await readFile(layout.blobPath(image.config.digest), 'utf8'));
  const unpack = { gzip: gunzipSync, zstd: zstdDecompressSync, none: (bytes: Buffer) => bytes };
  for (const [index, spec] of LAYERS.entries()) {
    const bytes = await readFile(layout.blobPath(image.layers[index]?.digest ?? ''));
    assert.equal(bytes.length, spec.sizeBytes);
    const diffId = createHash('sha256')
      .update(unpack[spec.compression ?? 'gzip'](bytes))
      .digest('hex');
    assert.equal(config.rootfs.diff_ids[index], `sha256:${diffId}`);
  }
});

test('the same spec makes the same digests, another seed makes others, a shared seed makes one blob', async () => {
  await using dir = await tempDir('images');
  const layout = await createLayout(dir.join('layout'));
  const layers = [{ sizeBytes: 100 }, { sizeBytes: 200, seed: 'twin' }, { sizeBytes: 200, seed: 'twin' }];
  const first = await layout.addImage('a', { layers });
  assert.deepEqual(await layout.addImage('b', { layers }), first);
  const other = await layout.addImage('c', { layers, seed: 'other' });
  assert.notEqual(other.layers[0]?.digest, first.layers[0]?.digest);
  assert.equal(first.layers[1]?.digest, first.layers[2]?.digest);
});

test('a big layer of zeros takes no disk', async () => {
  await using dir = await tempDir('images');
  const layout = await createLayout(dir.join('layout'));
  const image = await layout.addImage('a', { layers: [{ sizeBytes: 2 ** 26, content: 'zero', compression: 'none' }] });
  const { size, blocks } = await stat(layout.blobPath(image.layers[0]?.digest ?? ''));
  assert.equal(size, 2 ** 26);
  assert.ok(blocks < 100, `${blocks} blocks`);
});

test('skopeo reads images and indexes with the digests that were returned', async () => {
  await using dir = await tempDir('images');
  const layout = await createLayout(dir.join('layout'));
  const layers = [{ sizeBytes: 1000 }];
  const image = await layout.addImage('one', { layers });
  const index = await layout.addIndex('many', [
    { layers },
    { layers, platform: { os: 'linux', architecture: 's390x' } },
  ]);
  for (const [tag, made] of [['one', image] as const, ['many', index] as const]) {
    const { stdout } = await mustSkopeo(['inspect', '--raw', layout.reference(tag)]);
    assert.equal(`sha256:${createHash('sha256').update(stdout).digest('hex')}`, made.manifest.digest);
  }
  await mustSkopeo(['copy', '--all', layout.reference('many'), `dir:${dir.join('copy')}`]);
});
