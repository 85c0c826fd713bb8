import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { parseSamples } from '../metrics/samples.ts';
import { waitFor } from '../support/wait-for.ts';
import { openScene, samplesOf, stallingCopy, startStallingRegistry } from './scene.ts';

const failureSchema = z.object({
  operation: z.string(),
  exit_code: z.number(),
  error_type: z.string(),
  message: z.string(),
  next: z.string().optional(),
  failed_images: z.number().optional(),
});

const reportSchema = z.object({
  jobs: z.array(
    z.object({
      job_name: z.string(),
      state: z.string(),
      running: z.boolean(),
      last_success_seconds: z.number().optional(),
      last_exit_code: z.number().optional(),
      last_failure: failureSchema.optional(),
    }),
  ),
  recent: z.array(z.object({ operation: z.string(), exit_code: z.number() })),
  operations: z.array(z.object({ operation: z.string(), job_name: z.string().optional(), pid: z.number() })),
  exit_code: z.number(),
});

test("a job's last success survives failures and kills, and status says how it stands", async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['app']);
  const status = async (...args: string[]) => {
    const { stdout, exitCode } = await scene.run('status', '--json', ...args);
    const report = reportSchema.parse(JSON.parse(stdout));
    assert.equal(report.exit_code, exitCode);
    return report;
  };
  const job = async (name = 'mirror') => (await status()).jobs.find(({ job_name }) => job_name === name);

  const good = ['copy', scene.source, `dir:${scene.dir.join('out')}`];
  const bad = ['copy', scene.layout.reference('missing'), `dir:${scene.dir.join('out')}`];
  assert.equal((await scene.run('--job-name', 'mirror', ...good)).exitCode, 0);
  const fresh = await status();
  assert.equal(fresh.exit_code, 0);
  assert.equal(fresh.jobs[0]?.state, 'ok');
  const lastSuccessSeconds = fresh.jobs[0]?.last_success_seconds;

  const failed = await scene.run('--job-name', 'mirror', ...bad);
  assert.notEqual(failed.exitCode, 0);
  assert.deepEqual(await job(), {
    ...{ job_name: 'mirror', state: 'failing', running: false, last_success_seconds: lastSuccessSeconds },
    last_exit_code: failed.exitCode,
    last_failure: (await job())?.last_failure,
  });
  const failure = (await job())?.last_failure;
  assert.equal(failure?.error_type, 'not_found');
  assert.match(failure?.message ?? '', /missing/);
  assert.ok(failed.stderr.includes(failure?.next ?? '-'), failed.stderr);
  assert.match((await scene.run('status')).stdout, /mirror failed \d.* ago \(not_found\): .*\n {2}next: /);

  const copy = scene.start(
    ...['--job-name', 'mirror'],
    ...stallingCopy(registry.source('app'), scene.dir.join('stalled')),
  );
  await waitFor('the copy of the job', async () => (await status('mirror')).operations.length > 0);
  assert.equal((await job())?.running, true);
  assert.deepEqual(
    (await status('mirror')).operations.map(({ pid, job_name }) => ({ pid, job_name })),
    [{ pid: copy.pid, job_name: 'mirror' }],
  );
  assert.match((await scene.run('status')).stdout, /mirror[\s\S]*copy/);
  copy.kill('SIGKILL');
  await copy.result;
  assert.deepEqual(await job(), {
    ...{ job_name: 'mirror', state: 'failing', running: false, last_success_seconds: lastSuccessSeconds },
    last_exit_code: 137,
    last_failure: {
      ...{ operation: 'copy', exit_code: 137, error_type: 'crashed' },
      message: 'it ended without a word: killed, or the host went down',
    },
  });
  const { stdout } = await scene.run('status', '--state-dir', scene.stateDir, 'mirror');
  assert.deepEqual(
    [...stdout.matchAll(/^copy .*ago +\S+ .*?(\d+) +(\S+)/gm)].map(([, ...end]) => end),
    [
      ['137', 'crashed'],
      [String(failed.exitCode), 'not_found'],
      ['0', '-'],
    ],
  );

  const samples = await scene.metrics();
  assert.deepEqual(samplesOf(samples, 'skopeo_job_runs_total'), {
    'job_name="mirror",status="error"': 2,
    'job_name="mirror",status="success"': 1,
  });
  assert.equal(samples.get('skopeo_job_last_success_timestamp_seconds{job_name="mirror"}'), lastSuccessSeconds);
});

test('a job is overdue after its limit, unknown before its first run, and can be forgotten', async () => {
  await using scene = await openScene();
  const inspect = ['inspect', scene.source];
  assert.equal((await scene.run('--job-name', 'quick', '--job-max-age', '1s', ...inspect)).exitCode, 0);
  const overdue = await waitFor('the job to be overdue', async () => {
    const { exitCode, stdout } = await scene.run('status', 'quick');
    return exitCode === 1 && stdout;
  });
  assert.match(overdue, /quick\s.*overdue/i);
  assert.equal((await scene.run('status', 'nightly')).exitCode, 2);

  const forgotten = await scene.run('metrics', 'forget-job', 'quick');
  assert.equal(forgotten.exitCode, 0, forgotten.stderr);
  assert.equal((await scene.run('status', 'quick')).exitCode, 2);
  const samples = await scene.metrics();
  for (const series of samples.keys()) assert.doesNotMatch(series, /quick/);
  assert.equal(samples.get('skopeo_operations_total{operation="inspect",status="success"}'), 1);

  const unknown = await scene.run('metrics', 'forget-job', 'quick');
  assert.equal(unknown.exitCode, 64);
  assert.match(unknown.stderr, /there is no job "quick"\nskopeo-wrapper status lists the jobs\./);
});

test('a job that finds no skopeo fails for all to see', async () => {
  await using scene = await openScene();
  const copy = ['copy', scene.source, `dir:${scene.dir.join('out')}`];
  const { exitCode, stderr } = await scene.run(
    ...['--job-name', 'nightly', '--skopeo-path', scene.dir.join('no-skopeo'), '--metrics-textfile', scene.dir.path],
    ...copy,
  );
  assert.equal(exitCode, 69);
  assert.match(stderr, /no-skopeo does not exist\nInstall it/);
  const written = parseSamples(await readFile(scene.dir.join('skopeo_wrapper.prom'), 'utf8'));
  for (const samples of [written, await scene.metrics()]) {
    assert.equal(samples.get('skopeo_operation_errors_total{error_type="skopeo_missing",operation="copy"}'), 1);
    assert.equal(samples.get('skopeo_job_runs_total{job_name="nightly",status="error"}'), 1);
    assert.equal(samples.get('skopeo_job_last_exit_code{job_name="nightly"}'), 69);
  }
  assert.equal(written.get('skopeo_binary_available{}'), 0);
});
