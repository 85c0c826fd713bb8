import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseReference } from '../../src/image/parse.ts';
import { partialSweeper } from '../../src/operation/partial-destination.ts';
import { tempDir } from '../support/temp.ts';

test('only partial blobs that appeared meanwhile are removed', async () => {
  await using dir = await tempDir('partial');
  await writeFile(dir.join('dir-put-blob1'), 'of somebody else');
  const sweep = partialSweeper(parseReference(`dir:${dir.path}`), '/');
  for (const name of ['dir-put-blob2', 'oci-put-blob3', 'dir-put-blob', 'manifest.json']) {
    await writeFile(dir.join(name), '');
  }
  await sweep?.();
  assert.deepEqual((await readdir(dir.path)).sort(), ['dir-put-blob', 'dir-put-blob1', 'manifest.json']);
});

test('a directory that never came to be, or a registry, has nothing to sweep', async () => {
  await partialSweeper(parseReference('oci:nowhere:1'), '/nonexistent')?.();
  assert.equal(partialSweeper(parseReference('docker://localhost/app'), '/'), undefined);
});

test('an archive that was not there before is removed, another one stays', async () => {
  await using dir = await tempDir('partial');
  await writeFile(dir.join('old.tar'), '');
  const sweepOld = partialSweeper(parseReference(`oci-archive:${dir.join('old.tar')}:1`), '/');
  const sweepNew = partialSweeper(parseReference('docker-archive:new.tar'), dir.path);
  await writeFile(dir.join('new.tar'), '');
  await sweepOld?.();
  await sweepNew?.();
  assert.deepEqual([existsSync(dir.join('old.tar')), existsSync(dir.join('new.tar'))], [true, false]);
});
