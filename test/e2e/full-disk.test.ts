import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { runCli } from '../support/process.ts';
import { startRegistry } from '../support/registry.ts';
import { openScene } from './scene.ts';

test('full disks below stdout, stderr and events stop no copy, and the run is counted as what it was', async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  for (const tag of ['1', '2', '3']) await registry.seed(scene.source, `app:${tag}`);
  const yaml = `job: full
registries: { "${registry.host}": { tls-verify: false } }
images: [{ source: '${registry.host}/app', destination: 'dir:out/{{tag}}' }]`;
  await writeFile(scene.dir.join('m.yml'), yaml);
  const { exitCode } = await runCli(['sync', '--file', 'm.yml', '--events', '/dev/full'], {
    env: scene.env,
    cwd: scene.dir.path,
    wrap: ['bash', '-c', '"$@" > /dev/full 2> /dev/full', 'bash'],
  });
  assert.equal(exitCode, 74);
  for (const tag of ['1', '2', '3']) assert.ok(existsSync(scene.dir.join('out', tag, 'manifest.json')), tag);
  const samples = await scene.metrics();
  assert.equal(samples.get('skopeo_job_runs_total{job_name="full",status="success"}'), 1);
  assert.equal(samples.get('skopeo_sync_images_total{outcome="copied"}'), 3);

  const copy = await scene.run('copy', '--events', '/dev/full', scene.source, `dir:${scene.dir.join('one')}`);
  assert.equal(copy.exitCode, 0, copy.stderr);
  assert.match(copy.stderr, /^skopeo-wrapper: warning: --events: no more events in \/dev\/full: ENOSPC/m);
});
