import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { systemClock } from '../../../src/context.ts';
import { checkStateDirectory } from '../../../src/doctor/checks/state-directory.ts';
import { NEEDS_ROOT } from '../../support/needs-root.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';

const look = (directory: string | undefined) => checkStateDirectory(directory, { clock: systemClock, uid: 1000 });

test('one that is writable, or can be made, is fine and stays as it was', async () => {
  await using dir = await tempDir('doctor-state');
  await mkdir(dir.join('state'));
  assert.equal(look(dir.join('state')).status, 'ok');
  assert.deepEqual(await readdir(dir.join('state')), []);
  const { status, message } = look(dir.join('new/state'));
  assert.equal(status, 'ok');
  assert.match(message, /will be made/);
  assert.deepEqual(await readdir(dir.path), ['state']);
});

test('a file in its place is an error, one that everybody may write a warning, none at all too', async () => {
  await using dir = await tempDir('doctor-state');
  await writeFile(dir.join('file'), '');
  assert.equal(look(dir.join('file')).status, 'error');
  await mkdir(dir.join('open'));
  await chmod(dir.join('open'), 0o777);
  const { status, next } = look(dir.join('open'));
  assert.equal(status, 'warning');
  assert.match(next ?? '', /chmod o-w/);
  assert.equal(look(undefined).status, 'warning');
});

test('a file system that is read-only is an error, whether the directory is there or not', {
  skip: NEEDS_ROOT,
}, async () => {
  await using dir = await tempDir('doctor-state');
  const disk = dir.join('disk');
  await using _ = await mountSmallDisk(disk, { sizeKiB: 64, readOnly: true });
  for (const path of [disk, `${disk}/new`]) {
    const { status, next } = look(path);
    assert.equal(status, 'error', path);
    assert.match(next ?? '', /--state-dir/);
  }
});
