import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HISTOGRAMS, TOTALS_COUNTERS } from '../../src/metrics/contract.ts';
import { closedSeriesKeys } from '../../src/metrics/registry/series-key.ts';
import { addTotals, NO_TOTALS, subtractTotals } from '../../src/metrics/totals.ts';
import type { HistogramValue, Totals } from '../../src/metrics/view.ts';
import { sequences } from '../support/sequences.ts';
import { copies } from './state/support/fixtures.ts';

/** The sum of three such amounts of seconds is still exact to the microsecond. */
const amount = fc.nat({ max: 2 ** 30 });
const seriesOf = <Value>(keys: readonly string[], value: fc.Arbitrary<Value>) =>
  fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });

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

const timed = (seconds: number): Totals => ({
  counters: { skopeo_operations_total: { 'copy\u001fsuccess': 1 } },
  histograms: { skopeo_operation_duration_seconds: { copy: { counts: [1], sum: seconds } } },
});

test('adds series by series and keeps what only one part has', () => {
  const other = { counters: { skopeo_sync_images_total: { copied: 4 } }, histograms: {} };
  assert.deepEqual(addTotals([copies(2), other, copies(3)]), {
    counters: { ...copies(5).counters, ...other.counters },
    histograms: copies(5).histograms,
  });
  assert.deepEqual(addTotals([]), NO_TOTALS);
});

test('the sum does not depend on grouping or order, to the last bit', () => {
  const part = fc.double({ min: 0, max: 1e6, noNaN: true }).map(timed);
  fc.assert(
    fc.property(fc.array(part, { minLength: 2 }), fc.nat(), (parts, at) => {
      const cut = at % parts.length;
      const grouped = addTotals([addTotals(parts.slice(cut)), ...parts.slice(0, cut).toReversed()]);
      assert.deepEqual(grouped, addTotals(parts));
    }),
  );
});

test('a series may be called like a property of every object', () => {
  const odd = {
    counters: { skopeo_rate_limit_hits_total: JSON.parse('{"__proto__": 2, "constructor": 1}') },
    histograms: {},
  };
  const sum = addTotals([odd, odd]).counters.skopeo_rate_limit_hits_total ?? {};
  assert.deepEqual(Object.entries(sum), [
    ['__proto__', 4],
    ['constructor', 2],
  ]);
});

test('what was counted after an earlier point, and nothing else', () => {
  assert.deepEqual(subtractTotals(copies(5), copies(2)).counters, copies(3).counters);
  const { counts } = subtractTotals(copies(5), copies(2)).histograms.skopeo_operation_duration_seconds?.copy ?? {};
  assert.equal(counts?.[2], 3);
  const nothing = subtractTotals(copies(2), copies(2));
  assert.deepEqual(addTotals([copies(2), nothing]), copies(2));
});

test('adding is commutative and associative, changes neither side, and nothing is its neutral element', () => {
  fc.assert(
    fc.property(totals, totals, totals, (a, b, c) => {
      const before = structuredClone(a);
      const ab = addTotals([a, b]);
      assert.deepEqual(ab, addTotals([b, a]));
      assert.deepEqual(addTotals([ab, c]), addTotals([a, addTotals([b, c])]));
      assert.deepEqual(addTotals([a, b, c]), addTotals([ab, c]));
      assert.deepEqual(addTotals([a, NO_TOTALS]), a);
      assert.deepEqual(a, before);
    }),
    { numRuns: sequences(50) },
  );
});
