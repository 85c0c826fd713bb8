import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectTotals } from '../../src/metrics/collected-totals.ts';

test('what was taken out does not grow later', () => {
  const sink = collectTotals();
  sink.observe('skopeo_blob_size_bytes', { operation: 'copy' }, 10);
  sink.count('skopeo_sync_images_total', { outcome: 'copied' });
  const first = sink.totals();
  const copy = structuredClone(first);
  sink.observe('skopeo_blob_size_bytes', { operation: 'copy' }, 10);
  sink.count('skopeo_sync_images_total', { outcome: 'copied' }, 2);
  assert.deepEqual(first, copy);
  assert.equal(sink.totals().counters.skopeo_sync_images_total?.copied, 3);
});

test('an observation on a bound belongs to its bucket, one beyond the last to +Inf', () => {
  const sink = collectTotals();
  for (const seconds of [0, 0.1, 0.11, 3_600, 3_601]) {
    sink.observe('skopeo_operation_duration_seconds', { operation: 'copy' }, seconds);
  }
  const value = sink.totals().histograms.skopeo_operation_duration_seconds?.copy;
  assert.deepEqual(value?.counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  assert.equal(value?.sum, 7_201.21);
});
