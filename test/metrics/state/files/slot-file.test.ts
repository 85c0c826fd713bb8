import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  encodeRecord,
  MAX_RUN_FILE_BYTES,
  newestRecord,
  pairFor,
  pairOffset,
  slotBytes,
  slotOffset,
} from '../../../../src/metrics/state/files/slot-file.ts';

const fileWith = (...records: { seq: number; json: string }[]): Buffer => {
  const file = Buffer.alloc(pairOffset(1));
  for (const record of records) encodeRecord(record).copy(file, slotOffset(0, record.seq));
  return file;
};
const older = { seq: 6, json: '{"n":6}' };
const newer = { seq: 7, json: '{"n":7,"text":"naïve ☃"}' };

test('the record with the highest number counts, whichever slot it is in', () => {
  assert.deepEqual(newestRecord(fileWith(older, newer)), newer);
  assert.deepEqual(newestRecord(fileWith(newer, { seq: 8, json: '{}' })), { seq: 8, json: '{}' });
  assert.deepEqual(newestRecord(fileWith(newer)), newer);
});

test('the header is readable: magic, number, length, checksum', () => {
  assert.match(encodeRecord(older).toString(), /^SKW1 000000000006 00000007 [0-9a-f]{8} {4}\n\{"n":6\}$/);
});

test('a torn write costs one update', () => {
  const torn = fileWith(older, newer);
  torn.fill(0, slotOffset(0, 7) + 45);
  assert.deepEqual(newestRecord(torn), older);
});

test('an empty, zeroed or foreign file holds no record', () => {
  for (const file of [Buffer.alloc(0), Buffer.alloc(8192), Buffer.from('SKW1 nonsense'), Buffer.alloc(20_000, 'x')]) {
    assert.equal(newestRecord(file), undefined);
  }
});

test('a flipped bit or a cut never shows anything that was not written', () => {
  const whole = fileWith(older, newer);
  const known = new Set([undefined, older.json, newer.json]);
  fc.assert(
    fc.property(fc.nat({ max: whole.length * 8 - 1 }), fc.nat({ max: whole.length }), (bit, length) => {
      const file = Buffer.from(whole);
      file[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.ok(known.has(newestRecord(file.subarray(0, length))?.json));
      assert.ok([older.json, newer.json].includes(newestRecord(file)?.json ?? ''), 'the other slot is still valid');
    }),
  );
});

test('a file grows by larger pairs of slots, and what it held stays valid', () => {
  const large = { seq: 8, json: JSON.stringify('x'.repeat(9000)) };
  const record = encodeRecord(large);
  const pair = pairFor(record.length, 0);
  assert.equal(slotBytes(pair), 16_384);
  const file = Buffer.concat([fileWith(older, newer), Buffer.alloc(pairOffset(pair + 1) - pairOffset(1))]);
  assert.deepEqual(newestRecord(file), newer);
  record.copy(file, slotOffset(pair, large.seq));
  assert.deepEqual(newestRecord(file), large);
});

test('slots never overlap', () => {
  for (let pair = 0; pair < 6; pair++) {
    assert.equal(slotOffset(pair, 1) - slotOffset(pair, 0), slotBytes(pair));
    assert.equal(slotOffset(pair + 1, 0) - slotOffset(pair, 1), slotBytes(pair));
  }
  assert.equal(MAX_RUN_FILE_BYTES, 1_040_384);
});

test('a record that no slot can hold is refused', () => {
  assert.throws(() => pairFor(300_000, 0), RangeError);
  assert.equal(pairFor(10, 2), 2, 'never back to a smaller pair');
});
