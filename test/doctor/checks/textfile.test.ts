import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { systemClock } from '../../../src/context.ts';
import { checkTextfile } from '../../../src/doctor/checks/textfile.ts';
import { NEEDS_ROOT } from '../../support/needs-root.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';

const look = async (path: string) => (await checkTextfile(path, systemClock))[0];

/** A directory that node_exporter may reach, and one in it for textfiles. */
const openPlace = async () => {
  const dir = await tempDir('doctor-textfile');
  await chmod(dir.path, 0o755);
  await mkdir(dir.join('textfiles'));
  return dir;
};

test('a directory or file that can be written and read is fine and stays as it was', async () => {
  await using dir = await openPlace();
  assert.equal((await look(dir.join('textfiles')))?.status, 'ok');
  assert.equal((await look(dir.join('textfiles/own.prom')))?.status, 'ok');
  assert.deepEqual(await readdir(dir.join('textfiles')), []);
});

test('what keeps node_exporter out is named with the command that lets it in', async () => {
  await using dir = await openPlace();
  const directory = dir.join('textfiles');
  const file = dir.join('textfiles/skopeo_wrapper.prom');
  const next = async () => (await look(directory))?.next;
  await writeFile(file, '', { mode: 0o600 });
  assert.match((await next()) ?? '', new RegExp(`chmod o\\+r ${file}$`));
  await chmod(file, 0o644);
  await chmod(dir.path, 0o750);
  assert.match((await next()) ?? '', new RegExp(`chmod o\\+x ${dir.path}$`));
  await chmod(dir.path, 0o755);
  await chmod(directory, 0o771);
  assert.match((await next()) ?? '', new RegExp(`chmod o\\+rx ${directory}$`));
  await chmod(directory, 0o775);
  assert.equal(await next(), undefined);
});

test('a path that cannot be is an error', async () => {
  await using dir = await openPlace();
  for (const path of [dir.join('gone'), dir.join('gone/x.prom')]) {
    const finding = await look(path);
    assert.equal(finding?.status, 'error');
    assert.ok(finding.next);
  }
});

test('a file system that is read-only is an error', { skip: NEEDS_ROOT }, async () => {
  await using dir = await openPlace();
  await using _ = await mountSmallDisk(dir.join('disk'), { sizeKiB: 64, readOnly: true });
  assert.equal((await look(dir.join('disk')))?.status, 'error');
});
