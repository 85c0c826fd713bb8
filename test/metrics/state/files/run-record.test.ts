import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunRecord } from '../../../../src/metrics/state/files/run-record.ts';
import { copies, hostWith, liveCopy, recordOf } from '../support/fixtures.ts';

const record = recordOf(hostWith(), {
  totals: copies(2),
  live: [liveCopy({ percent: 40, expectedBytes: 5000, etaSeconds: 3, queued: 2 })],
  job: { name: 'nightly', maxAgeSeconds: 60 },
});
const parse = (changes: object) => parseRunRecord(JSON.stringify({ ...record, ...changes }));

test('reads what a run writes', () => {
  assert.deepEqual(parse({}), { ok: true, record, rejectedSeries: 0 });
});

test('what a newer version adds is ignored', () => {
  assert.deepEqual(parse({ novelty: 1 }), { ok: true, record, rejectedSeries: 0 });
});

test('something else than a record is damaged', () => {
  const bad = [{ state: 'odd' }, { heartbeat: 5 }, { identity: {} }, { job: { name: '../x', maxAgeSeconds: 1 } }];
  for (const changes of bad) assert.deepEqual(parse(changes), { ok: false, reason: 'damaged_run' });
  assert.deepEqual(parseRunRecord('{'), { ok: false, reason: 'damaged_run' });
});

test('labels of live operations are short and printable', () => {
  for (const sourceShort of ['x'.repeat(65), 'docker:reg\nfake_metric 1']) {
    assert.equal(parse({ live: [liveCopy({ sourceShort })] }).ok, false);
  }
});

test('more series than any run has are refused', () => {
  const series = Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`registry-${index}`, 1]));
  const totals = { counters: { skopeo_rate_limit_hits_total: series }, histograms: {} };
  assert.deepEqual(parse({ totals }), { ok: false, reason: 'refused' });
});
