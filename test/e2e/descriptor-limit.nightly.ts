import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { createLayout } from '../support/images.ts';
import { runCli } from '../support/process.ts';
import { startRegistry } from '../support/registry.ts';
import { mustSkopeo, privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const IMAGES = 3000;

/** Runs the program with at most so many open files. */
const runWithin = (limit: number, args: readonly string[], dir: TempDir) =>
  runCli(args, {
    wrap: ['prlimit', `--nofile=${limit}:${limit}`],
    env: privateHome(dir.join('home')),
    cwd: dir.path,
  });

const oneImage = async (dir: TempDir): Promise<string> => {
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 100 }] });
  return layout.reference('app');
};

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
