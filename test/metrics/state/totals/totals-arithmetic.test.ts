import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addTotals, NO_TOTALS, subtractTotals } from '../../../../src/metrics/state/totals/totals-arithmetic.ts';
import type { Totals } from '../../../../src/metrics/view.ts';
import { copies } from '../support/fixtures.ts';

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
