import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptTotals } from '../../../../src/metrics/state/totals/known-series.ts';
import { copies } from '../support/fixtures.ts';

const counters = (name: string, series: Record<string, unknown>) => ({ counters: { [name]: series }, histograms: {} });

test('our own totals are accepted as they are', () => {
  assert.deepEqual(acceptTotals(copies(4), 'run'), { totals: copies(4), rejected: 0 });
});

test('an unknown metric is ignored', () => {
  const accepted = acceptTotals(counters('skopeo_novelty_total', { copy: 1 }), 'run');
  assert.deepEqual(accepted, { totals: { counters: {}, histograms: {} }, rejected: 0 });
});

test('unknown label values, wrong numbers of labels and impossible values are left out and counted', () => {
  const series = {
    'copy\u001fsuccess': 1,
    'copy\u001fsplendid': 1,
    copy: 1,
    'copy\u001ferror': -1,
    'sync\u001ferror': 1.5,
    'sync\u001fsuccess': '7',
    'copy\u001fsuccess\u001f"} evil 1': 1,
  };
  const accepted = acceptTotals(counters('skopeo_operations_total', series), 'run');
  assert.deepEqual(accepted?.totals.counters, { skopeo_operations_total: { 'copy\u001fsuccess': 1 } });
  assert.equal(accepted?.rejected, 6);
});

test('registries are host names with a port, never text', () => {
  const accepted = acceptTotals(
    counters('skopeo_rate_limit_hits_total', { 'reg.example:5000': 1, '[::1]:5000': 1, _other: 1, 'x"\n': 1, '': 1 }),
    'run',
  );
  assert.deepEqual(Object.keys(accepted?.totals.counters.skopeo_rate_limit_hits_total ?? {}), [
    'reg.example:5000',
    '[::1]:5000',
    '_other',
  ]);
});

test('a histogram of another bucket layout is left out', () => {
  const histograms = { skopeo_blob_size_bytes: { copy: { counts: [1, 2, 3], sum: 9 } } };
  assert.equal(acceptTotals({ counters: {}, histograms }, 'run')?.rejected, 1);
});

test('runs of jobs are counted from their outcomes, not from what a run says', () => {
  const totals = counters('skopeo_job_runs_total', { 'nightly\u001fsuccess': 5 });
  assert.deepEqual(acceptTotals(totals, 'run')?.totals.counters, {});
  assert.deepEqual(acceptTotals(totals, 'aggregate')?.totals, totals);
});

test('something else than totals is refused', () => {
  for (const value of [undefined, null, 5, [], {}, { counters: [], histograms: {} }]) {
    assert.equal(acceptTotals(value, 'run'), undefined);
  }
});
