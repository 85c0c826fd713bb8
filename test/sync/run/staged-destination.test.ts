import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyStaged } from '../../../src/sync/run/staged-destination.ts';
import type { OperationResult } from '../../../src/tracking/events.ts';
import { tempDir } from '../../support/temp.ts';

const result = (outcome: 'success' | 'error'): OperationResult => ({
  operation: 'copy',
  source: '',
  destination: '',
  outcome,
  exitCode: outcome === 'success' ? 0 : 1,
  transferredBytes: 0,
  blobs: [],
  durationSeconds: 0,
  attempts: 1,
});

/** A copy that writes something and then ends as told. */
const copy =
  (outcome: 'success' | 'error' | 'throws', written: string[] = []) =>
  async (destination: string): Promise<OperationResult> => {
    written.push(destination);
    const path = destination.split(':')[1] ?? '';
    if (destination.startsWith('dir:')) {
      await mkdir(path);
      await writeFile(join(path, 'manifest.json'), 'new');
    } else await writeFile(path, 'new');
    if (outcome === 'throws') throw new Error('broken off');
    return result(outcome);
  };

test('a directory is replaced as a whole when the copy is done', async () => {
  await using dir = await tempDir('staged');
  const path = dir.join('deep', 'image');
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'version'), '');
  const written: string[] = [];
  await copyStaged(`dir:${path}`, 'replace', copy('success', written));
  assert.deepEqual(written, [`dir:${path}.partial`]);
  assert.deepEqual(await readdir(path), ['manifest.json']);
  assert.deepEqual(await readdir(dir.join('deep')), ['image']);
});

for (const outcome of ['error', 'throws'] as const) {
  test(`what was there stays when the copy fails (${outcome}), and nothing is left beside it`, async () => {
    await using dir = await tempDir('staged');
    await writeFile(dir.join('image.tar'), 'old');
    const copied = copyStaged(`oci-archive:${dir.join('image.tar')}:name`, 'replace', copy(outcome));
    if (outcome === 'throws') await assert.rejects(copied);
    else assert.equal((await copied).outcome, 'error');
    assert.deepEqual(await readdir(dir.path), ['image.tar']);
    assert.equal(await readFile(dir.join('image.tar'), 'utf8'), 'old');
  });
}

test('an archive is made in a directory that does not exist yet', async () => {
  await using dir = await tempDir('staged');
  await copyStaged(`docker-archive:${dir.join('a', 'b', 'image.tar')}`, 'replace', copy('success'));
  assert.equal(await readFile(dir.join('a', 'b', 'image.tar'), 'utf8'), 'new');
});

test('an existing directory is refused where that is asked', async () => {
  await using dir = await tempDir('staged');
  await assert.rejects(copyStaged(`dir:${dir.path}`, 'refuse', copy('success')), { errorType: 'destination_conflict' });
});

test('only an image is replaced by an image, never what a mistyped path happens to name', async () => {
  await using dir = await tempDir('staged');
  await mkdir(dir.join('photos'));
  await writeFile(dir.join('photos', 'cat.png'), '');
  await writeFile(dir.join('notes'), '');
  const places = ['dir:photos', 'oci-archive:photos:1', 'docker-archive:photos', 'dir:notes'].map((place) =>
    place.replace(':', `:${dir.path}/`),
  );
  const written: string[] = [];
  for (const place of places) {
    await assert.rejects(copyStaged(place, 'replace', copy('success', written)), {
      errorType: 'destination_conflict',
      message: /refusing to overwrite .*(photos|notes)/,
    });
  }
  assert.deepEqual(written, []);
  assert.deepEqual((await readdir(dir.path)).toSorted(), ['notes', 'photos']);
  assert.deepEqual(await readdir(dir.join('photos')), ['cat.png']);
});

test('registries and layouts are written in place', async () => {
  await using dir = await tempDir('staged');
  const written: string[] = [];
  const note = async (destination: string) => {
    written.push(destination);
    return result('success');
  };
  for (const destination of ['docker://m.example/x:1', `oci:${dir.join('layout')}:x`]) {
    await copyStaged(destination, 'replace', note);
  }
  assert.deepEqual(written, ['docker://m.example/x:1', `oci:${dir.join('layout')}:x`]);
});
