import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createScratchDirectory } from '../../src/operation/temporary-directories.ts';
import { tempDir } from '../support/temp.ts';

test('archives get a directory where the user wants temporary files, gone with all it holds', async () => {
  await using dir = await tempDir('scratch');
  const options = {
    transports: ['docker', 'oci_archive'] as const,
    env: { TMPDIR: '/nonexistent' },
    cwd: dirname(dir.path),
  };
  const scratch = createScratchDirectory({ ...options, tmpdir: dir.path });
  assert.ok(scratch);
  assert.equal(dirname(scratch.path), dir.path);
  await writeFile(join(scratch.path, 'oci123'), '');
  await scratch.remove();
  assert.deepEqual(await readdir(dir.path), []);
});

test('nothing is made for other transports, or where nothing can be made', () => {
  const options = { tmpdir: undefined, env: { TMPDIR: '/nonexistent' }, cwd: '/' };
  assert.equal(createScratchDirectory({ ...options, transports: ['docker', 'oci', 'dir'] }), undefined);
  assert.equal(createScratchDirectory({ ...options, transports: ['docker_archive'] }), undefined);
});
