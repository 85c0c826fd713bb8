import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { openScene, type Scene, samplesOf, stallingCopy, startStallingRegistry } from './scene.ts';

const STATUSES = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** What lies in the scene's directory for temporary files. */
const temporaryFiles = async (scene: Scene): Promise<string[]> =>
  (await readdir(scene.dir.path)).filter((name) => name.startsWith('skopeo-wrapper-'));

test('a copy that is told to end is canceled, counted once, with nothing left behind', async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['app']);
  const copies = SIGNALS.map((signal) => ({
    signal,
    copy: scene.start('--job-name', signal, ...stallingCopy(registry.source('app'), scene.dir.join(`out-${signal}`))),
  }));
  await waitFor('all copies in mid-blob', async () => {
    const steps = Object.keys(samplesOf(await scene.metrics(), 'skopeo_active_operations_detailed'));
    return steps.filter((labels) => labels.includes('copying_blob')).length === copies.length;
  });
  assert.equal((await temporaryFiles(scene)).length, copies.length);

  for (const { signal, copy } of copies) {
    // A terminal sends more than one now and then.
    copy.kill(signal);
    copy.kill(signal);
  }
  const results = await Promise.all(copies.map(({ copy }) => copy.result));
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    SIGNALS.map((signal) => STATUSES[signal]),
    results.map(({ stderr }) => stderr).join('\n'),
  );
  assert.deepEqual(scene.processes(), []);
  assert.deepEqual(await temporaryFiles(scene), []);
  const samples = await scene.metrics();
  assert.equal(samples.get('skopeo_operations_total{operation="copy",status="error"}'), 3);
  assert.deepEqual(samplesOf(samples, 'skopeo_operation_errors_total'), {
    'error_type="canceled",operation="copy"': 3,
  });
  assert.equal(samples.get('skopeo_orphaned_operations_total{operation="copy"}'), 0);
  assert.equal(samples.get('skopeo_active_operations{operation="copy"}'), 0);
  for (const signal of SIGNALS) {
    assert.equal(samples.get(`skopeo_job_last_exit_code{job_name="${signal}"}`), STATUSES[signal]);
    assert.equal(samples.get(`skopeo_job_runs_total{job_name="${signal}",status="error"}`), 1);
  }
});

test('a copy that waits for its next attempt ends at once when it is told to', async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['app']);
  registry.proxy.setRules([{ match: {}, do: { answer: { status: 503 } } }]);
  const retries = ['--retry-times', '1', '--retry-delay', '1h', '--src-tls-verify=false'];
  const copy = scene.start('copy', ...retries, registry.source('app'), `dir:${scene.dir.join('out')}`);
  await waitFor('the wait for the second attempt', () => /again in|retry/i.test(copy.output.stderr));
  copy.kill('SIGTERM');
  const { exitCode, stderr } = await copy.result;
  assert.equal(exitCode, STATUSES.SIGTERM, stderr);
  assert.deepEqual(scene.processes(), []);
  assert.deepEqual(await temporaryFiles(scene), []);
  assert.deepEqual(samplesOf(await scene.metrics(), 'skopeo_operation_errors_total'), {
    'error_type="canceled",operation="copy"': 1,
  });
});
