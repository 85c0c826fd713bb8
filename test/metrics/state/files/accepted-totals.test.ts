import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeSeriesKey } from '../../../../src/metrics/registry/series-key.ts';
import { acceptTotals } from '../../../../src/metrics/state/files/accepted-totals.ts';
import { addTotals, NO_TOTALS } from '../../../../src/metrics/totals.ts';
import { aView } from '../../a-view.ts';
import { copies } from '../../state/support/fixtures.ts';

const counters = (name: string, series: Record<string, unknown>) => ({ counters: { [name]: series }, histograms: {} });

test('our own totals are accepted as they are', () => {
  assert.deepEqual(acceptTotals(copies(4), 'run'), { totals: copies(4), rejected: 0 });
});

test('what we wrote of every metric is read back whole', () => {
  const { totals } = aView();
  assert.deepEqual(acceptTotals(JSON.parse(JSON.stringify(totals)), 'aggregate'), { totals, rejected: 0 });
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
    'inspect\u001ferror': null,
    'copy\u001fsuccess\u001f"} evil 1': 1,
  };
  const accepted = acceptTotals(counters('skopeo_operations_total', series), 'run');
  assert.deepEqual(accepted?.totals.counters, { skopeo_operations_total: { 'copy\u001fsuccess': 1 } });
  assert.equal(accepted?.rejected, 7);
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

test('a histogram of another bucket layout is left out: vectors of different lengths are never added', () => {
  const good = { counts: new Array(15).fill(1), sum: 3 };
  const series = { copy: good, sync: { ...good, counts: [1, 2] }, inspect: { ...good, sum: Number.NaN }, other: {} };
  const accepted = acceptTotals({ counters: {}, histograms: { skopeo_operation_duration_seconds: series } }, 'run');
  assert.deepEqual(accepted?.totals.histograms, { skopeo_operation_duration_seconds: { copy: good } });
  assert.equal(accepted?.rejected, 3);
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

test('more series than we ever write are refused', () => {
  const hits = (count: number) =>
    counters(
      'skopeo_rate_limit_hits_total',
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}.example`, 1])),
    );
  assert.deepEqual(acceptTotals(hits(5000), 'run')?.totals, hits(5000));
  assert.equal(acceptTotals(hits(5001), 'run'), undefined);
});

test('names of Object.prototype do no harm', () => {
  const value = JSON.parse(
    `{"histograms":{},"counters":{"__proto__":{"a":1},"constructor":{"a":1},
      "skopeo_rate_limit_hits_total":{"__proto__":5,"docker.io":1}}}`,
  );
  const accepted = acceptTotals(value, 'run');
  assert.deepEqual(accepted?.totals.counters, { skopeo_rate_limit_hits_total: { 'docker.io': 1 } });
  assert.equal(accepted?.rejected, 1);
  assert.equal(Reflect.get({}, 'a'), undefined);
});

test('any JSON is survived, and what comes out can be added', () => {
  const names = fc.constantFrom('skopeo_operations_total', 'skopeo_transferred_bytes_total', 'skopeo_blob_size_bytes');
  const keys = fc.constantFrom('copy', encodeSeriesKey(['copy', 'success']), 'constructor');
  const dictionary = (key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 4, arbitrary: fc.dictionary(key, value, { maxKeys: 3 }) }, fc.jsonValue({ maxDepth: 1 }));
  const leaf = fc.oneof(fc.nat(), fc.jsonValue({ maxDepth: 1 }), fc.record({ counts: fc.jsonValue(), sum: fc.nat() }));
  const metrics = dictionary(names, dictionary(keys, leaf));
  fc.assert(
    fc.property(fc.record({ counters: metrics, histograms: metrics }), (value) => {
      const totals = acceptTotals(value, 'run')?.totals ?? NO_TOTALS;
      const { counters: sums } = addTotals([totals, totals]);
      for (const [name, series] of Object.entries(totals.counters)) {
        for (const [key, count] of Object.entries(series)) assert.equal(sums[name]?.[key], 2 * count);
      }
    }),
  );
});
