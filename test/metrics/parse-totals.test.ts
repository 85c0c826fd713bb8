import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTotals } from '../../src/metrics/parse-totals.ts';
import { encodeSeriesKey } from '../../src/metrics/series-key.ts';
import { mergeTotals } from '../../src/metrics/totals.ts';
import { aView } from './a-view.ts';

const through = (input: unknown): unknown => JSON.parse(JSON.stringify(input));

test('what we wrote is read back whole', () => {
  const { totals } = aView();
  assert.deepEqual(parseTotals(through(totals)), { totals, rejected: 0 });
});

test('metrics of another version are ignored, they are no error', () => {
  const parsed = parseTotals({ counters: { skopeo_new_total: { copy: 1 } }, histograms: { x: 1 } });
  assert.deepEqual(parsed, { totals: { counters: {}, histograms: {} }, rejected: 0 });
});

test('series outside the vocabulary and values that are no amounts are left out and counted', () => {
  const operations = {
    [encodeSeriesKey(['copy', 'success'])]: 3,
    [encodeSeriesKey(['copy', 'maybe'])]: 1,
    [encodeSeriesKey(['copy', 'success', 'extra'])]: 1,
    copy: 1,
    [encodeSeriesKey(['sync', 'success'])]: -1,
    [encodeSeriesKey(['sync', 'error'])]: '7',
    [encodeSeriesKey(['inspect', 'error'])]: null,
  };
  const { totals, rejected } = parseTotals({ counters: { skopeo_operations_total: operations } });
  assert.deepEqual(totals.counters, { skopeo_operations_total: { [encodeSeriesKey(['copy', 'success'])]: 3 } });
  assert.equal(rejected, 6);
});

test('histograms with other buckets are left out: vectors of different lengths are never added', () => {
  const good = { counts: new Array(15).fill(1), sum: 3 };
  const series = { copy: good, sync: { ...good, counts: [1, 2] }, inspect: { ...good, sum: Number.NaN }, other: {} };
  const { totals, rejected } = parseTotals({ histograms: { skopeo_operation_duration_seconds: series } });
  assert.deepEqual(totals.histograms, { skopeo_operation_duration_seconds: { copy: good } });
  assert.equal(rejected, 3);
});

test('names of Object.prototype do no harm', () => {
  const input = JSON.parse(
    '{"counters":{"__proto__":{"a":1},"constructor":{"a":1},"skopeo_rate_limit_hits_total":{"__proto__":5,"docker.io":1}}}',
  );
  const { totals, rejected } = parseTotals(input);
  assert.deepEqual(totals.counters, { skopeo_rate_limit_hits_total: { 'docker.io': 1 } });
  assert.equal(rejected, 1);
  assert.equal(Reflect.get({}, 'a'), undefined);
});

test('a file with a thousand registries adds fifty-one series', () => {
  const hits = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`r${index}.example`, 1]));
  const series = parseTotals({ counters: { skopeo_rate_limit_hits_total: hits } }).totals.counters;
  assert.equal(Object.keys(series.skopeo_rate_limit_hits_total ?? {}).length, 51);
  assert.equal(series.skopeo_rate_limit_hits_total?._other, 950);
});

test('any JSON is survived, and what comes out can be added', () => {
  const key = fc.constantFrom('counters', 'histograms', 'skopeo_operations_total', 'skopeo_blob_size_bytes', 'copy');
  const leaf = fc.jsonValue({ maxDepth: 1 });
  const withKeys = (value: fc.Arbitrary<unknown>) => fc.oneof(leaf, fc.dictionary(key, value, { maxKeys: 3 }));
  const tree = withKeys(withKeys(withKeys(withKeys(leaf))));
  fc.assert(
    fc.property(tree, (input) => {
      const { totals } = parseTotals(input);
      assert.deepEqual(mergeTotals([totals]), totals);
    }),
  );
});
