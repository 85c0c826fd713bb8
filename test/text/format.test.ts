import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatCount, formatPercent, formatSeconds } from '../../src/text/format.ts';

test('bytes are shown in binary units', () => {
  assert.deepEqual([0, 1023, 1024, 1536, 5 * 1024 ** 3].map(formatBytes), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '5.0 GiB',
  ]);
});

test('seconds are shown as people say them', () => {
  assert.deepEqual([0.44, 9.96, 42, 185, 7620].map(formatSeconds), [
    '0.4 s',
    '10.0 s',
    '42 s',
    '3 min 05 s',
    '2 h 07 min',
  ]);
});

test('a percentage is rounded down: 100 % is not shown before the end', () => {
  assert.deepEqual([0, 12.9, 99.9, 100].map(formatPercent), ['0%', '12%', '99%', '100%']);
});

test('a count has its noun in the right number', () => {
  assert.deepEqual(
    [formatCount(0, 'blob'), formatCount(1, 'blob'), formatCount(2, 'blob')],
    ['0 blobs', '1 blob', '2 blobs'],
  );
});
