import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { partialBlobSweeper } from '../../src/operation/partial-blobs.ts';
import { parseReference } from '../../src/skopeo/reference/parse.ts';
import { tempDir } from '../support/temp.ts';

test('only partial blobs that appeared meanwhile are removed', async () => {
  await using dir = await tempDir('partial');
  await writeFile(dir.join('dir-put-blob1'), 'of somebody else');
  const sweep = partialBlobSweeper(parseReference(`dir:${dir.path}`), '/');
  for (const name of ['dir-put-blob2', 'oci-put-blob3', 'dir-put-blob', 'manifest.json']) {
    await writeFile(dir.join(name), '');
  }
  await sweep?.();
  assert.deepEqual((await readdir(dir.path)).sort(), ['dir-put-blob', 'dir-put-blob1', 'manifest.json']);
});

test('a directory that never came to be, or a registry, has nothing to sweep', async () => {
  await partialBlobSweeper(parseReference('oci:nowhere:1'), '/nonexistent')?.();
  assert.equal(partialBlobSweeper(parseReference('docker://localhost/app'), '/'), undefined);
});
