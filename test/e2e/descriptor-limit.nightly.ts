import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { startRegistry } from '../support/registry.ts';
import { mustSkopeo } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import { oneImage, runWithin } from './descriptor-limit.ts';

const IMAGES = 3000;

test('thousands of directories are planned within the usual limit on open files', async () => {
  await using dir = await tempDir('descriptors');
  await using registry = await startRegistry();
  const image = await oneImage(dir);
  await mustSkopeo(['copy', image, `dir:${dir.join('image')}`]);
  const names = readdirSync(dir.join('image'));
  mkdirSync(dir.join('home'));
  for (let number = 0; number < IMAGES; number++) {
    mkdirSync(dir.join('tree', `app:${number}`), { recursive: true });
    for (const name of names) linkSync(dir.join('image', name), dir.join('tree', `app:${number}`, name));
  }
  const options = ['--src', 'dir', '--dest', 'docker', '--dest-tls-verify=false', '--dry-run', '--no-state'];
  const { exitCode, stdout, stderr } = await runWithin(
    1024,
    ['sync', ...options, dir.join('tree'), `${registry.host}/mirror`],
    dir,
  );
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, new RegExp(`^${IMAGES} to copy`, 'm'));
});
