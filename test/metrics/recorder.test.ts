import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import type { Clock } from '../../src/context.ts';
import { METRIC_NAMES } from '../../src/metrics/contract.ts';
import { createRecorder, type Recorder } from '../../src/metrics/recorder.ts';
import { renderPage } from '../../src/metrics/registry/page.ts';
import { registerMetrics } from '../../src/metrics/registry/register-metrics.ts';
import type { OperationResult } from '../../src/tracking/events.ts';
import type { LiveSource, OperationIdentity } from '../../src/tracking/observer.ts';
import { liveOperation, pageOf, writerInfo } from './a-view.ts';
import { parseSamples } from './samples.ts';

const COPY: OperationIdentity = { operation: 'copy', sourceTransport: 'docker', destinationTransport: 'oci' };
const INSPECT: OperationIdentity = { operation: 'inspect', sourceTransport: 'docker' };

const sourceOf = (identity: OperationIdentity): LiveSource => ({
  identity,
  live: () => liveOperation({ operation: identity.operation }),
});

const resultOf = (changes: Partial<OperationResult> = {}): OperationResult => ({
  operation: 'copy',
  source: 'docker://reg.example/app',
  destination: 'oci:app',
  outcome: 'success',
  exitCode: 0,
  transferredBytes: 0,
  blobs: [],
  durationSeconds: 12.5,
  attempts: 1,
  ...changes,
});

const setUp = (jobName?: string) => {
  const time = { wallMs: 1_700_000_000_000, monotonicMs: 20_000 };
  const clock: Clock = { wallMs: () => time.wallMs, monotonicMs: () => time.monotonicMs };
  const registry = new Registry();
  const recorder = createRecorder({ clock, pid: 42, ...(jobName === undefined ? {} : { jobName }) });
  show(registry, recorder);
  const samples = async () => parseSamples(await registry.metrics());
  return { time, registry, recorder, samples };
};

const viewOf = (recorder: Recorder) => recorder.read((recording) => ({ ...recording, jobs: [] }));

const show = (registry: Registry, recorder: Recorder): void =>
  registerMetrics(registry, METRIC_NAMES, { view: () => viewOf(recorder), info: writerInfo });

test('an operation from start to end', async () => {
  const { recorder, samples } = setUp();
  const source = sourceOf(COPY);
  recorder.operationStarted(source);
  assert.equal((await samples()).get('skopeo_active_operations{operation="copy"}'), 1);

  recorder.bytesTransferred(COPY, 1_000);
  assert.equal((await samples()).get('skopeo_transferred_bytes_total{operation="copy"}'), 1_000, 'grows on the way');
  recorder.bytesTransferred(COPY, 500);
  recorder.blobFinished(COPY, { kind: 'layer', digest: 'sha256:a', outcome: 'copied' });
  recorder.blobSized(COPY, { kind: 'layer', digest: 'sha256:a', outcome: 'copied', sizeBytes: 2_000 });
  recorder.blobFinished(COPY, { kind: 'layer', digest: 'sha256:b', outcome: 'skipped' });
  recorder.blobSized(COPY, { kind: 'layer', digest: 'sha256:b', outcome: 'skipped', sizeBytes: 300 });
  recorder.blobFinished(COPY, { kind: 'layer', digest: 'sha256:c', outcome: 'skipped' });
  recorder.blobFinished(COPY, { kind: 'config', digest: 'sha256:d', outcome: 'failed' });
  recorder.operationFinished(source, resultOf());

  const after = await samples();
  assert.equal(after.get('skopeo_active_operations{operation="copy"}'), 0);
  assert.equal(after.get('skopeo_operations_total{operation="copy",status="success"}'), 1);
  assert.equal(after.get('skopeo_operation_duration_seconds_sum{operation="copy"}'), 12.5);
  assert.equal(after.get('skopeo_operation_duration_seconds_bucket{le="10",operation="copy"}'), 0);
  assert.equal(after.get('skopeo_operation_duration_seconds_bucket{le="30",operation="copy"}'), 1);
  assert.equal(after.get('skopeo_source_operations_total{operation="copy",source_type="docker"}'), 1);
  assert.equal(after.get('skopeo_destination_operations_total{destination_type="oci",operation="copy"}'), 1);
  assert.equal(after.get('skopeo_transferred_bytes_total{operation="copy"}'), 1_500);
  assert.equal(after.get('skopeo_blobs_total{operation="copy",outcome="copied"}'), 1);
  assert.equal(after.get('skopeo_blobs_total{operation="copy",outcome="skipped"}'), 2);
  assert.equal(after.get('skopeo_blobs_total{operation="copy",outcome="failed"}'), 1);
  assert.equal(after.get('skopeo_blobs_processed_total{operation="copy",status="success"}'), 3);
  assert.equal(after.get('skopeo_blobs_processed_total{operation="copy",status="error"}'), 1);
  assert.equal(after.get('skopeo_blob_size_bytes_count{operation="copy"}'), 2, 'only known sizes');
  assert.equal(after.get('skopeo_blob_size_bytes_sum{operation="copy"}'), 2_300);
  assert.equal(after.get('skopeo_skipped_bytes_total{operation="copy"}'), 300);
  assert.ok(![...after.keys()].some((key) => key.startsWith('skopeo_operation_errors_total')));
});

test('a finished operation counts once, however often it is reported', async () => {
  const { recorder, samples: rendered } = setUp();
  const source = sourceOf(COPY);
  recorder.operationStarted(source);
  recorder.operationFinished(source, resultOf());
  recorder.operationFinished(source, resultOf());
  assert.equal((await rendered()).get('skopeo_operations_total{operation="copy",status="success"}'), 1);
});

test('failures are counted by class, and one that never started too', async () => {
  const { recorder, samples: rendered } = setUp();
  recorder.operationFinished(
    sourceOf(INSPECT),
    resultOf({ outcome: 'error', exitCode: 69, errorType: 'skopeo_missing' }),
  );
  recorder.operationFinished(sourceOf(INSPECT), resultOf({ outcome: 'error', exitCode: 1 }));
  const samples = await rendered();
  assert.equal(samples.get('skopeo_operations_total{operation="inspect",status="error"}'), 2);
  assert.equal(samples.get('skopeo_operation_errors_total{error_type="skopeo_missing",operation="inspect"}'), 1);
  assert.equal(samples.get('skopeo_operation_errors_total{error_type="unknown",operation="inspect"}'), 1);
  assert.equal(samples.get('skopeo_operation_duration_seconds_count{operation="inspect"}'), 2);
  assert.ok(![...samples.keys()].some((key) => key.startsWith('skopeo_destination_operations_total')));
});

test('retries, rate limits, images and job runs', async () => {
  const { recorder, samples: rendered } = setUp('nightly');
  recorder.retrying(COPY, 'timeout');
  recorder.rateLimited('Docker.io');
  recorder.rateLimited('docker.io');
  recorder.rateLimited('user:secret@reg.example/repo');
  recorder.imageFinished('unchanged');
  recorder.runFinished('error');
  const samples = await rendered();
  assert.equal(samples.get('skopeo_operation_retries_total{error_type="timeout",operation="copy"}'), 1);
  assert.equal(samples.get('skopeo_rate_limit_hits_total{registry="docker.io"}'), 2);
  assert.equal(samples.get('skopeo_rate_limit_hits_total{registry="_other"}'), 1);
  assert.equal(samples.get('skopeo_sync_images_total{outcome="unchanged"}'), 1);
  assert.equal(samples.get('skopeo_job_runs_total{job_name="nightly",status="error"}'), 1);
});

test('a run without a job name is no job', async () => {
  const { recorder } = setUp();
  recorder.runFinished('success');
  assert.deepEqual(await recorder.read(({ totals }) => totals), { counters: {}, histograms: {} });
});

test('at most fifty registries get a label of their own', async () => {
  const { recorder, samples } = setUp();
  for (let index = 0; index < 70; index++) recorder.rateLimited(`r${index}.example`);
  recorder.rateLimited('r3.example');
  const hits = [...(await samples())].filter(([key]) => key.startsWith('skopeo_rate_limit_hits_total'));
  assert.equal(hits.length, 51);
  assert.deepEqual(
    hits.filter(([, value]) => value > 1),
    [
      ['skopeo_rate_limit_hits_total{registry="_other"}', 20],
      ['skopeo_rate_limit_hits_total{registry="r3.example"}', 2],
    ],
  );
});

test('the heartbeat moves only when the heart beats, ages move always', async () => {
  const { time, recorder, samples } = setUp();
  recorder.operationStarted(sourceOf(COPY));
  const labels = 'destination_short="oci:mirror/app",operation="copy",source_short="docker:reg.example:5000/team/app"';
  const heartbeat = async () => (await samples()).get(`skopeo_operation_heartbeat_timestamp_seconds{${labels}}`);
  time.wallMs += 30_000;
  time.monotonicMs += 30_000;
  assert.equal(await heartbeat(), 1_700_000_000);
  const stale = [...(await samples())].find(([key]) => key.startsWith('skopeo_operation_stale_seconds'));
  assert.equal(stale?.[1], 32);
  recorder.heartbeat();
  assert.equal(await heartbeat(), 1_700_000_030);
});

test('what is read to be kept says the same as the page', async () => {
  const { recorder, samples } = setUp('nightly');
  const source = sourceOf(COPY);
  recorder.operationStarted(source);
  recorder.bytesTransferred(COPY, 12_345);
  recorder.blobFinished(COPY, { kind: 'layer', digest: 'sha256:a', outcome: 'skipped', sizeBytes: 5_000_000 });
  recorder.operationFinished(source, resultOf({ outcome: 'error', exitCode: 1, errorType: 'tls' }));
  recorder.runFinished('error');
  const page = parseSamples(await pageOf(await viewOf(recorder), 'listener'));
  for (const [series, value] of await samples()) assert.equal(page.get(series), value, series);
});

test("the user's own metrics in the registry stay as they are", async () => {
  const registry = new Registry();
  const own = new Counter({ name: 'my_things_total', help: 'Mine.', registers: [registry] });
  own.inc(3);
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => 0 };
  const recorder = createRecorder({ clock, pid: 1 });
  show(registry, recorder);
  recorder.rateLimited('docker.io');
  const samples = parseSamples(await registry.metrics());
  assert.equal(samples.get('my_things_total{}'), 3);
  assert.equal(registry.contentType, Registry.PROMETHEUS_CONTENT_TYPE);
  assert.throws(() => show(registry, recorder), /already been registered/);
});

test('text, OpenMetrics, text: the names stay', async () => {
  const { registry, recorder } = setUp();
  recorder.rateLimited('docker.io');
  const before = await renderPage([registry], 'text');
  const openMetrics = await renderPage([registry], 'openmetrics');
  assert.equal(await renderPage([registry], 'text'), before);
  assert.deepEqual([...parseSamples(openMetrics)].sort(), [...parseSamples(before)].sort());
  assert.deepEqual([...parseSamples(before)].sort(), [...parseSamples(await registry.metrics())].sort());
});

test('what is read is of one moment: an operation is live or counted, never both or neither', async () => {
  for (let step = 0; step < 20; step++) {
    const { recorder } = setUp();
    const source = sourceOf(COPY);
    recorder.operationStarted(source);
    const reading = recorder.read(({ totals, live }) => {
      const counted = totals.counters.skopeo_operations_total?.['copy\u001fsuccess'] ?? 0;
      return { counted, observed: totals.histograms.skopeo_operation_duration_seconds?.copy, live: live.length };
    });
    for (let tick = 0; tick < step; tick++) await undefined;
    recorder.operationFinished(source, resultOf());
    const { counted, observed, live } = await reading;
    assert.equal(counted + live, 1, `finished after ${step} ticks`);
    assert.equal(observed?.counts[6] ?? 0, counted);
  }
});
