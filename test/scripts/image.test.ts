import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomLayers, writeOciImage } from '../../scripts/support/image.ts';

test('skopeo reads the image and verifies every digest of it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'image-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const layout = join(directory, 'layout');
  await writeOciImage(layout, 'v1', randomLayers([1, 512, 100_000]));
  const inspected = JSON.parse(execFileSync('skopeo', ['inspect', `oci:${layout}:v1`], { encoding: 'utf8' }));
  assert.equal(inspected.Layers.length, 3);
  // To a docker archive, skopeo unpacks each layer and compares it with the configuration.
  execFileSync('skopeo', ['copy', '--quiet', `oci:${layout}:v1`, `docker-archive:${directory}/a.tar:x/y:v1`]);
});

test('each layer is a tar archive of its files', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'image-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const content = Buffer.from('hello');
  await writeOciImage(join(directory, 'layout'), 'v1', [[{ name: 'greeting', content }]]);
  execFileSync('skopeo', ['copy', '--quiet', `oci:${directory}/layout:v1`, `dir:${directory}/out`]);
  const script = 'for file in *; do tar xzOf "$file" greeting 2>/dev/null || true; done';
  assert.equal(execFileSync('sh', ['-c', script], { cwd: join(directory, 'out'), encoding: 'utf8' }), 'hello');
});
