import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isWhole } from '../../src/image/completeness.ts';
import { digestOfFake, directoryFiles, fakeImage, layoutFiles, tarOf, writeTree } from '../destination/support.ts';
import { tempDir } from '../support/temp.ts';

type StoredImage = Parameters<typeof isWhole>[0];

const IMAGE = fakeImage(['config', 'layer']);

const STORES: Readonly<Record<'dir' | 'oci', (path: string) => Promise<{ image: StoredImage; names: string[] }>>> = {
  dir: async (path) => {
    await writeTree(path, directoryFiles(IMAGE));
    return {
      image: { kind: 'dir', path },
      names: [...directoryFiles(IMAGE).keys()].filter((name) => name !== 'version'),
    };
  },
  oci: async (path) => {
    await writeTree(path, layoutFiles(IMAGE));
    const names = [...layoutFiles(IMAGE).keys()].filter((name) => name.startsWith('blobs/'));
    return { image: { kind: 'oci', blobs: join(path, 'blobs'), digest: digestOfFake(IMAGE) }, names };
  },
};

test('every byte of an archive is read if that is wanted, and no file of it may be missing', async () => {
  await using dir = await tempDir('completeness');
  const path = dir.join('archive.tar');
  const [config = '', layer = ''] = IMAGE.blobs.map((blob) => hash('sha256', blob));
  const docker = new Map([
    [`${config}.json`, 'config'],
    [`${layer}.tar`, 'layer'],
    ['manifest.json', JSON.stringify([{ Config: `${config}.json`, Layers: [`${layer}.tar`] }])],
  ]);
  for (const [kind, files] of [['oci-archive', layoutFiles(IMAGE)] as const, ['docker-archive', docker] as const]) {
    const asked = async (changed: ReadonlyMap<string, string>) => {
      await writeFile(path, tarOf(changed));
      return [await isWhole({ kind, path }, 'sizes'), await isWhole({ kind, path }, 'digests')];
    };
    assert.deepEqual(await asked(files), [true, true], kind);
    for (const [name, content] of files) {
      if (name === 'oci-layout') continue;
      const without = new Map(files);
      without.delete(name);
      assert.deepEqual(await asked(without), [false, false], name);
      const changed = new Map(files).set(name, content.replace(/.$/, '#'));
      assert.equal((await asked(changed))[1], false, name);
    }
  }
  await writeFile(path, 'no archive');
  assert.equal(await isWhole({ kind: 'oci-archive', path }, 'sizes'), false);
});

for (const [kind, store] of Object.entries(STORES)) {
  test(`every file of ${kind} is missed when it is gone, too short, or another one`, async () => {
    await using dir = await tempDir('completeness');
    const { image, names } = await store(dir.path);
    assert.ok(names.length >= 3);
    assert.deepEqual([await isWhole(image, 'sizes'), await isWhole(image, 'digests')], [true, true]);
    for (const name of names) {
      await rm(dir.join(name));
      assert.equal(await isWhole(image, 'sizes'), false, name);
      await writeFile(dir.join(name), 'x');
      assert.equal(await isWhole(image, 'sizes'), false, name);
      await store(dir.path);
    }
    const layer = names.find((name) => /^(?:blobs\/sha256\/)?[0-9a-f]{64}$/.test(name)) ?? '';
    await writeFile(dir.join(layer), 'CONFIG');
    assert.deepEqual([await isWhole(image, 'sizes'), await isWhole(image, 'digests')], [true, false]);
  });
}

test('layers that may not be distributed may lie elsewhere', async () => {
  await using dir = await tempDir('completeness');
  const manifest = (urls: readonly string[]) =>
    JSON.stringify({ layers: [{ digest: `sha256:${'a'.repeat(64)}`, size: 1, urls }] });
  await writeFile(dir.join('manifest.json'), manifest(['https://example.com/layer']));
  assert.equal(await isWhole({ kind: 'dir', path: dir.path }, 'digests'), true);
  await writeFile(dir.join('manifest.json'), manifest([]));
  assert.equal(await isWhole({ kind: 'dir', path: dir.path }, 'digests'), false);
});
