import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationTracker, type OperationTrackerOptions, SkopeoMetrics } from '../../src/index.ts';
import { readSamples } from '../support/exposition.ts';
import { waitFor } from '../support/wait-for.ts';

const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const [A, B, CONFIG] = [digestOf('a'), digestOf('b'), digestOf('c')];

const setUp = (options: Partial<OperationTrackerOptions> = {}) => {
  const metrics = new SkopeoMetrics();
  const tracker = new OperationTracker({
    operation: 'copy',
    source: 'docker://user:secret@registry.example/team/app:1',
    destination: 'dir:/srv/app',
    metrics,
    ...options,
  });
  return { metrics, tracker, samples: async () => readSamples(await metrics.text()) };
};

test('an operation from its start to success', async () => {
  const { tracker, samples } = setUp();
  tracker.step('getting_signatures');
  assert.equal(tracker.live.step, 'getting_signatures');
  tracker.expectBlobs([
    { kind: 'layer', digest: A, sizeBytes: 600 },
    { kind: 'layer', digest: B, sizeBytes: 300 },
    { kind: 'config', digest: CONFIG, sizeBytes: 100 },
  ]);
  tracker.blobStarted(A);
  tracker.blobProgress(A, 150);
  assert.equal(tracker.live.percent, 15);
  assert.equal((await samples()).sum('skopeo_transferred_bytes_total'), 150);
  assert.equal((await samples()).sum('skopeo_active_operations_detailed', { current_step: 'copying_blob' }), 1);
  tracker.blobFinished(A, 'copied');
  tracker.blobStarted(B);
  tracker.blobFinished(B, 'skipped');
  tracker.blobStarted(CONFIG, 'config');
  tracker.step('writing_manifest');

  const result = tracker.succeed({ digest: digestOf('d') });
  assert.equal(result.source, 'docker://registry.example/team/app:1');
  assert.equal(result.transferredBytes, 700);
  assert.deepEqual(
    result.blobs.map(({ outcome }) => outcome),
    ['copied', 'skipped', 'copied'],
  );
  assert.equal(result.digest, digestOf('d'));
  const after = await samples();
  assert.equal(after.sum('skopeo_operations_total', { operation: 'copy', status: 'success' }), 1);
  assert.equal(after.sum('skopeo_blobs_total', { outcome: 'copied' }), 2);
  assert.equal(after.sum('skopeo_skipped_bytes_total'), 300);
  assert.equal(after.sum('skopeo_transferred_bytes_total'), 700);
  assert.equal(after.sum('skopeo_active_operations'), 0);
});

test('a failure is classified by its message, or as told', async () => {
  const first = setUp();
  first.tracker.blobStarted(A);
  const { errorType, blobs } = first.tracker.fail(
    'Get "https://registry.example/v2/": dial tcp 127.0.0.1:5000: connect: connection refused',
  );
  assert.equal(errorType, 'connection_refused');
  assert.deepEqual(
    blobs.map(({ outcome }) => outcome),
    ['failed'],
  );
  assert.equal((await first.samples()).sum('skopeo_operation_errors_total', { error_type: 'connection_refused' }), 1);
  const second = setUp();
  assert.equal(second.tracker.fail('no space', 'disk_full').errorType, 'disk_full');
});

test('disposed of without a result it counts as crashed, with one it counts once', async () => {
  const { metrics, samples } = setUp();
  assert.throws(() => {
    using _ = new OperationTracker({ operation: 'copy', source: 'docker://a/b', metrics });
    throw new Error('something else');
  }, /something else/);
  assert.equal((await samples()).sum('skopeo_operation_errors_total', { error_type: 'crashed' }), 1);

  const done = setUp();
  {
    using tracker = done.tracker;
    tracker.succeed();
  }
  const operations = await done.samples();
  assert.equal(operations.sum('skopeo_operations_total'), 1);
  assert.equal(operations.sum('skopeo_operation_errors_total'), 0);
});

test('the heartbeat goes on without progress', async () => {
  const { samples, tracker } = setUp({ heartbeatIntervalSeconds: 0.05 });
  using _ = tracker;
  const beat = async () => (await samples()).sum('skopeo_operation_heartbeat_timestamp_seconds');
  const first = await beat();
  await waitFor('the next heartbeat', async () => (await beat()) > first);
});

test('mistakes of the caller throw', () => {
  const usage = (message: RegExp) => ({ name: 'WrapperError', errorType: 'usage', message });
  const { tracker } = setUp();
  assert.throws(() => tracker.blobStarted('latest'), usage(/digest is "latest"/));
  assert.throws(() => tracker.blobProgress(B, 1), usage(/was not started/));
  tracker.blobStarted(A);
  assert.throws(() => tracker.blobProgress(A, Number.NaN), usage(/readBytes is NaN/));
  tracker.succeed();
  assert.throws(() => tracker.succeed(), usage(/has ended/));
  assert.throws(() => tracker.blobStarted(B), usage(/has ended/));
  assert.throws(() => setUp({ heartbeatIntervalSeconds: 0 }), usage(/heartbeatIntervalSeconds is 0/));
});
