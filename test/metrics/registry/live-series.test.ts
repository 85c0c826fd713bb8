import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LiveGaugeName } from '../../../src/metrics/contract.ts';
import { LIVE_GAUGES, liveSeries } from '../../../src/metrics/registry/live-series.ts';
import { encodeSeriesKey } from '../../../src/metrics/registry/series-key.ts';
import type { LiveEntry } from '../../../src/metrics/view.ts';
import { liveEntry } from '../a-view.ts';

const withStep = encodeSeriesKey(['copy', 'docker:reg.example:5000/team/app', 'oci:mirror/app', 'copying_blob']);

/** The one value that is not zero. */
const soleValue = (name: LiveGaugeName, entries: readonly LiveEntry[]): number | undefined =>
  [...liveSeries(name, entries).values()].find((value) => value !== 0);

test('every gauge of one operation', () => {
  const entry = liveEntry({ percent: 40, expectedBytes: 10_000, etaSeconds: 11.5, queued: 2 });
  const values = Object.fromEntries(LIVE_GAUGES.map((name) => [name, soleValue(name, [entry])]));
  assert.deepEqual(values, {
    skopeo_active_operations: 1,
    skopeo_active_operation_duration_seconds: 10,
    skopeo_operation_speed_blobs_per_second: 0.5,
    skopeo_operation_stale_seconds: 2,
    skopeo_active_operations_detailed: 1,
    skopeo_operation_last_progress_percent: 40,
    skopeo_operation_heartbeat_timestamp_seconds: 1_700_000_000,
    skopeo_operation_transferred_bytes: 4_096,
    skopeo_operation_expected_bytes: 10_000,
    skopeo_operation_throughput_bytes_per_second: 512,
    skopeo_operation_eta_seconds: 11.5,
    skopeo_queue_depth: 2,
  });
});

test('what is unknown is absent, except progress, of which nothing was recorded yet', () => {
  assert.equal(liveSeries('skopeo_operation_expected_bytes', [liveEntry()]).size, 0);
  assert.equal(liveSeries('skopeo_operation_eta_seconds', [liveEntry()]).size, 0);
  assert.deepEqual([...liveSeries('skopeo_operation_last_progress_percent', [liveEntry()])], [[withStep, 0]]);
});

test('operations with equal labels share a series by the rule of the contract', () => {
  const young = { ...liveEntry({ startedMs: 19_000, percent: 5, expectedBytes: 100 }), heartbeatWallMs: 5_000 };
  const old = { ...liveEntry({ startedMs: 10_000, percent: 80, lastProgressMs: 11_000 }), heartbeatWallMs: 4_000 };
  const both = [young, old];
  assert.deepEqual([...liveSeries('skopeo_active_operation_duration_seconds', both)], [[withStep, 10]]);
  assert.deepEqual([...liveSeries('skopeo_operation_stale_seconds', both)], [[withStep, 9]]);
  assert.deepEqual([...liveSeries('skopeo_operation_last_progress_percent', both)], [[withStep, 5]]);
  assert.deepEqual([...liveSeries('skopeo_active_operations_detailed', both)], [[withStep, 2]]);
  assert.equal(soleValue('skopeo_operation_heartbeat_timestamp_seconds', both), 4);
  assert.equal(soleValue('skopeo_operation_transferred_bytes', both), 8_192);
  assert.equal(soleValue('skopeo_operation_expected_bytes', both), 100);
});

test('operations and queues of nobody are zero, not absent', () => {
  for (const name of ['skopeo_active_operations', 'skopeo_queue_depth'] as const) {
    assert.deepEqual([...liveSeries(name, []).values()], new Array(8).fill(0));
  }
});

test('an operation that has just started, or seems to start in the future, has no negative or endless value', () => {
  for (const startedMs of [20_000, 99_000]) {
    const entries = [liveEntry({ startedMs, lastProgressMs: startedMs })];
    for (const name of LIVE_GAUGES) {
      for (const value of liveSeries(name, entries).values()) assert.ok(value >= 0 && Number.isFinite(value), name);
    }
  }
});

test('the order of the entries does not matter', () => {
  const entry = fc
    .record({
      startedMs: fc.nat({ max: 20_000 }),
      blobsFinished: fc.nat({ max: 9 }),
      percent: fc.nat({ max: 100 }),
      sourceShort: fc.constantFrom('docker:a/b', 'docker:a/c'),
      step: fc.constantFrom('copying_blob', 'writing_manifest'),
    })
    .map(liveEntry);
  fc.assert(
    fc.property(entry, entry, (a, b) => {
      for (const name of LIVE_GAUGES) {
        assert.deepEqual(new Map(liveSeries(name, [a, b])), new Map(liveSeries(name, [b, a])));
      }
    }),
  );
});
