import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HISTOGRAMS, TOTALS_COUNTERS } from '../../src/metrics/contract.ts';
import { closedSeriesKeys, encodeSeriesKey } from '../../src/metrics/series-key.ts';
import { addTotals, capTotals, collectTotals, mergeTotals } from '../../src/metrics/totals.ts';
import type { HistogramValue, Totals } from '../../src/metrics/view.ts';

const amount = fc.nat({ max: 2 ** 40 });
const seriesOf = <Value>(keys: readonly string[], value: fc.Arbitrary<Value>) =>
  fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4, noNullPrototype: true });

const withoutGaps = <Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );

const counters = fc.record(
  Object.fromEntries(
    [...TOTALS_COUNTERS]
      .filter(([, definition]) => closedSeriesKeys(definition).length > 0)
      .map(([name, definition]) => [name, seriesOf(closedSeriesKeys(definition), amount)]),
  ),
  { requiredKeys: [], noNullPrototype: true },
);

const histogram = (buckets: readonly number[]): fc.Arbitrary<HistogramValue> =>
  fc.record(
    {
      counts: fc.array(amount, { minLength: buckets.length + 1, maxLength: buckets.length + 1 }),
      sum: amount,
    },
    { noNullPrototype: true },
  );

const histograms = fc.record(
  Object.fromEntries(
    [...HISTOGRAMS].map(([name, definition]) => [
      name,
      seriesOf(closedSeriesKeys(definition), histogram(definition.buckets)),
    ]),
  ),
  { requiredKeys: [], noNullPrototype: true },
);

const totals: fc.Arbitrary<Totals> = fc.record(
  { counters: counters.map(withoutGaps), histograms: histograms.map(withoutGaps) },
  { noNullPrototype: true },
);
const none: Totals = { counters: {}, histograms: {} };

test('adding is commutative and associative, and nothing is its neutral element', () => {
  fc.assert(
    fc.property(totals, totals, totals, (a, b, c) => {
      assert.deepEqual(addTotals(a, b), addTotals(b, a));
      assert.deepEqual(addTotals(addTotals(a, b), c), addTotals(a, addTotals(b, c)));
      assert.deepEqual(addTotals(a, none), a);
      assert.deepEqual(mergeTotals([a, b, c]), addTotals(addTotals(a, b), c));
    }),
    { numRuns: 50 },
  );
});

test('adding changes neither side, and what was taken out does not grow later', () => {
  const sink = collectTotals();
  sink.observe('skopeo_blob_size_bytes', { operation: 'copy' }, 10);
  const first = sink.totals();
  const copy = structuredClone(first);
  addTotals(first, first);
  sink.observe('skopeo_blob_size_bytes', { operation: 'copy' }, 10);
  assert.deepEqual(first, copy);
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

test('registries beyond the limit are counted together, those known first keep their names', () => {
  const sink = collectTotals();
  for (let index = 0; index < 60; index++) {
    sink.count('skopeo_rate_limit_hits_total', { registry: `r${index}.example` }, index + 1);
  }
  const capped = capTotals(sink.totals()).counters.skopeo_rate_limit_hits_total ?? {};
  assert.equal(Object.keys(capped).length, 51);
  assert.equal(capped['r0.example'], 1);
  assert.equal(capped['r49.example'], 50);
  assert.equal(capped._other, 51 + 52 + 53 + 54 + 55 + 56 + 57 + 58 + 59 + 60);

  const later = capTotals(
    addTotals({ counters: { skopeo_rate_limit_hits_total: capped }, histograms: {} }, sink.totals()),
  );
  assert.equal(later.counters.skopeo_rate_limit_hits_total?.['r0.example'], 2);
  assert.equal(Object.keys(later.counters.skopeo_rate_limit_hits_total ?? {}).length, 51);
});

test('a job beyond the limit keeps its status', () => {
  const sink = collectTotals();
  for (let index = 0; index <= 100; index++) {
    sink.count('skopeo_job_runs_total', { job_name: `job-${index}`, status: 'success' });
    sink.count('skopeo_job_runs_total', { job_name: `job-${index}`, status: 'error' }, 2);
  }
  const capped = capTotals(sink.totals()).counters.skopeo_job_runs_total ?? {};
  assert.equal(Object.keys(capped).length, 202);
  assert.equal(capped[encodeSeriesKey(['_other', 'success'])], 1);
  assert.equal(capped[encodeSeriesKey(['_other', 'error'])], 2);
});
