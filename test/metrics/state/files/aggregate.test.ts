import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Aggregate,
  decodeAggregate,
  EMPTY_AGGREGATE,
  encodeAggregate,
} from '../../../../src/metrics/state/files/aggregate.ts';
import { copies } from '../support/fixtures.ts';

const aggregate: Aggregate = { ...EMPTY_AGGREGATE, totals: copies(3), folded: ['run.a'], foldedSpills: { 'run.b': 5 } };
const bytes = Buffer.from(encodeAggregate(aggregate));

/** A file with any content and a right checksum. */
const sealed = (content: unknown): Buffer => {
  const json = JSON.stringify(content);
  return Buffer.from(`SKWAGG1 ${createHash('sha256').update(json).digest('hex')}\n${json}`);
};

test('reads what it wrote', () => {
  assert.match(bytes.toString(), /^SKWAGG1 [0-9a-f]{64}\n\{/);
  assert.deepEqual(decodeAggregate(bytes), aggregate);
});

test('any flipped bit and any cut is noticed', () => {
  fc.assert(
    fc.property(fc.nat({ max: bytes.length * 8 - 1 }), fc.nat({ max: bytes.length - 1 }), (bit, length) => {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(decodeAggregate(flipped), undefined);
      assert.equal(decodeAggregate(bytes.subarray(0, length)), undefined);
    }),
  );
});

test('a right checksum does not make up for wrong content', () => {
  assert.equal(decodeAggregate(sealed({ ...aggregate, jobs: 'none' })), undefined);
  assert.equal(decodeAggregate(sealed({ ...aggregate, totals: 7 })), undefined);
});

test('a histogram with other buckets starts at zero and counts as an error', () => {
  const histograms = { skopeo_operation_duration_seconds: { copy: { counts: [1, 2], sum: 3 } } };
  const read = decodeAggregate(sealed({ ...aggregate, totals: { ...aggregate.totals, histograms } }));
  assert.deepEqual(read?.totals.histograms, { skopeo_operation_duration_seconds: {} });
  assert.deepEqual(read?.totals.counters, aggregate.totals.counters);
  assert.equal(read?.errors.damaged_aggregate, 1);
});
