import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { openScene } from '../e2e/scene.ts';
import { startRegistry } from '../support/registry.ts';

test('--quiet leaves only errors', async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  await registry.seed(scene.source, 'app:1');
  const sync = (repository: string, out: string, ...flags: string[]) => {
    const from = ['--src', 'docker', '--src-tls-verify=false', '--dest', 'dir'];
    return scene.run('sync', ...flags, ...from, `${registry.host}/${repository}`, scene.dir.join(out));
  };
  const [told, quiet, failed] = await Promise.all([
    sync('app', 'told'),
    sync('app', 'quiet', '--quiet'),
    sync('gone', 'failed', '-q'),
  ]);
  assert.deepEqual([told.exitCode, quiet.exitCode, failed.exitCode], [0, 0, 1], failed.stderr);
  assert.match(told.stdout, /Copying/);
  assert.match(told.stderr, /copied 1/);
  assert.deepEqual([quiet.stdout, quiet.stderr], ['', '']);
  assert.ok(existsSync(scene.dir.join('quiet', 'app:1')));
  assert.equal(failed.stdout, '');
  assert.match(failed.stderr, /not_found/);
  assert.doesNotMatch(failed.stderr, /copied 0/);
});
