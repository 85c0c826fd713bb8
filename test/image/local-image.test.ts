import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { dirReader, localState, ociReader } from '../../src/image/local-image.ts';
import { makeFifo } from '../support/fifo.ts';
import { createLayout, type MadeImage, MEDIA_TYPES, type OciLayout } from '../support/images.ts';
import { mustSkopeo } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const resources = new AsyncDisposableStack();
let dir: TempDir;
let layout: OciLayout;
let image: MadeImage;

before(async () => {
  dir = resources.use(await tempDir('local-state'));
  layout = await createLayout(dir.join('layout'));
  image = await layout.addImage('a', { layers: [{ sizeBytes: 100 }] });
});
after(() => resources.disposeAsync());

const expected = () => ({ digest: image.manifest.digest, mediaType: MEDIA_TYPES.oci.manifest });

test('a directory and a layout tell the digest of what they hold', async () => {
  await mustSkopeo(['copy', layout.reference('a'), `dir:${dir.join('copy')}`]);
  assert.deepEqual(await localState(`dir:${dir.join('copy')}`), expected());
  assert.deepEqual(await localState(layout.reference('a')), expected());
});

test('what is not there, or not whole, holds nothing', async () => {
  assert.equal(await localState(`dir:${dir.join('none')}`), undefined);
  assert.equal(await localState(`oci:${dir.join('none')}:a`), undefined);
  assert.equal(await localState(layout.reference('other')), undefined);
  assert.equal(await localState(`oci-archive:${dir.join('none.tar')}`), undefined);
  const broken = await createLayout(dir.join('broken'));
  const made = await broken.addImage('a', { layers: [{ sizeBytes: 100 }] });
  await rm(broken.blobPath(made.manifest.digest));
  assert.equal(await localState(broken.reference('a')), undefined);
  await writeFile(dir.join('broken', 'index.json'), '{');
  assert.equal(await localState(broken.reference('a')), undefined);
});

test('an archive is known by size and time', async () => {
  const path = dir.join('a.tar');
  await writeFile(path, 'one');
  const first = await localState(`oci-archive:${path}:a`);
  assert.deepEqual(await localState(`docker-archive:${path}`), first);
  await appendFile(path, 'two');
  assert.notDeepEqual(await localState(`oci-archive:${path}:a`), first);
});

test('a FIFO in the place of a manifest or an index holds nothing, and nobody waits for it', async () => {
  await mkdir(dir.join('fifos'));
  makeFifo(dir.join('fifos/manifest.json'));
  makeFifo(dir.join('fifos/index.json'));
  assert.equal(await localState(`dir:${dir.join('fifos')}`), undefined);
  assert.equal(await localState(`oci:${dir.join('fifos')}:a`), undefined);
  const { signal } = new AbortController();
  assert.equal(await dirReader(dir.join('fifos'))(undefined, signal), undefined);
  assert.equal(await ociReader(dir.join('fifos'), 'a')(undefined, signal), undefined);
});
