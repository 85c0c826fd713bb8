import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadTotals } from '../../../../src/metrics/state/reading/merge.ts';
import { copies, hostWith, liveCopy, recordOf } from '../support/fixtures.ts';

const died = { heartbeat: { wallMs: 5_000_000, monotonicMs: 100_000 }, totals: copies(2) };
const dead = (...live: ReturnType<typeof liveCopy>[]) => deadTotals(recordOf(hostWith(), { ...died, live }));

test('an operation in progress counts as failed, crashed and orphaned, and took until the last heartbeat', () => {
  const { counters, histograms } = dead(liveCopy({ startedMs: 92_500 }));
  assert.deepEqual(counters, {
    ...copies(2).counters,
    skopeo_operations_total: { 'copy\u001fsuccess': 2, 'copy\u001ferror': 1 },
    skopeo_operation_errors_total: { 'copy\u001fcrashed': 1 },
    skopeo_orphaned_operations_total: { copy: 1 },
    skopeo_source_operations_total: { 'docker\u001fcopy': 1 },
    skopeo_destination_operations_total: { 'oci\u001fcopy': 1 },
  });
  assert.deepEqual(histograms.skopeo_operation_duration_seconds?.copy, {
    counts: [0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    sum: 8.9,
  });
});

test('several operations in progress all count', () => {
  const { counters } = dead(liveCopy(), liveCopy({ operation: 'inspect', destinationShort: '' }));
  assert.deepEqual(counters.skopeo_orphaned_operations_total, { copy: 1, inspect: 1 });
  assert.deepEqual(counters.skopeo_destination_operations_total, { 'oci\u001fcopy': 1 });
});

test('the transport is what the short reference begins with', () => {
  const of = (sourceShort: string) => dead(liveCopy({ sourceShort })).counters.skopeo_source_operations_total;
  assert.deepEqual(of('containers-storage:localhost/app'), { 'containers_storage\u001fcopy': 1 });
  assert.deepEqual(of('docker_archive:a.tar'), { 'docker_archive\u001fcopy': 1 });
  assert.deepEqual(of('nonsense'), { 'unknown\u001fcopy': 1 });
});

test('an operation that ran for hours goes into the last bucket, one that began after the last heartbeat into the first', () => {
  const counts = (startedMs: number) =>
    deadTotals(recordOf(hostWith(), { ...died, totals: copies(0), live: [liveCopy({ startedMs })] })).histograms
      .skopeo_operation_duration_seconds?.copy?.counts;
  assert.equal(counts(100_000 - 4e6)?.at(-1), 1);
  assert.equal(counts(200_000)?.at(0), 1);
});

test('without an operation in progress nothing is lost', () => {
  assert.deepEqual(dead(), copies(2));
});
