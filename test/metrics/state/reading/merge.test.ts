import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capRegistries } from '../../../../src/metrics/state/reading/merge.ts';
import { addTotals } from '../../../../src/metrics/totals.ts';

const hits = (count: number, other = 0) => ({
  counters: {
    skopeo_rate_limit_hits_total: {
      ...(other > 0 ? { _other: other } : {}),
      ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`reg-${index}.example`, 2])),
    },
  },
  histograms: {},
});

test('fifty registries keep their names', () => {
  assert.deepEqual(capRegistries(hits(50, 3)), hits(50, 3));
  assert.deepEqual(capRegistries({ counters: {}, histograms: {} }), { counters: {}, histograms: {} });
});

test('the others are counted together and none is lost', () => {
  const capped = capRegistries(hits(53, 4)).counters.skopeo_rate_limit_hits_total ?? {};
  assert.equal(Object.keys(capped).length, 51);
  assert.equal(capped._other, 10);
  assert.equal(capped['reg-49.example'], 2);
  assert.equal(capped['reg-50.example'], undefined);
});

test('registries known first keep their names when more are added', () => {
  const later =
    capRegistries(addTotals([capRegistries(hits(60)), hits(60)])).counters.skopeo_rate_limit_hits_total ?? {};
  assert.equal(Object.keys(later).length, 51);
  assert.equal(later['reg-0.example'], 4);
  assert.equal(later._other, 40);
});
