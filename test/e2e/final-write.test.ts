import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSamples } from '../support/exposition.ts';
import { createLayout } from '../support/images.ts';
import { startCli } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { privateHome } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

const LOCK_HOLDER = join(import.meta.dirname, '..', 'metrics', 'textfile', 'lock-holder.ts');

test('SIGTERM while the metrics of a copy that is done are written: it ends by itself, counted once as a success', async () => {
  await using dir = await tempDir('final-write');
  for (const name of ['home', 'metrics']) await mkdir(dir.join(name));
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 10_000 }] });
  const textfile = dir.join('metrics', 'skopeo.prom');
  // Whoever finds the lock held waits before the last write.
  const holder = spawn(process.execPath, [LOCK_HOLDER, dir.join('metrics', '.skopeo.prom.lock')]);
  try {
    await once(holder.stdout, 'data');
    const options = { env: privateHome(dir.join('home')), cwd: dir.path };
    const state = ['--state-dir', dir.join('state')];
    const copy = startCli(
      [...state, '--json', '--metrics-textfile', textfile, 'copy', layout.reference('app'), `dir:${dir.join('out')}`],
      options,
    );
    await waitFor('the manifest', () => access(dir.join('out', 'manifest.json')).then(() => true));
    const counted = async () => readSamples((await runHere([...state, 'metrics'], options)).stdout);
    await waitFor('the copy to be over', async () => (await counted()).sum('skopeo_operations_total') === 1);
    copy.kill('SIGTERM');
    const { exitCode, stderr } = await copy.result;
    assert.equal(exitCode, 0, stderr);
    const samples = await counted();
    assert.equal(samples.sum('skopeo_operations_total'), 1);
    assert.equal(samples.sum('skopeo_operations_total', { operation: 'copy', status: 'success' }), 1);
    assert.equal(samples.sum('skopeo_active_operations'), 0);
  } finally {
    holder.kill('SIGKILL');
  }
});
