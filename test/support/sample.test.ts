import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sample } from './sample.ts';
import { IS_NIGHT } from './sequences.ts';

const ROWS = Array.from({ length: 47 }, (_, index) => index);

const { SKOPEO_WRAPPER_TEST_DAY: today } = process.env;
after(() => {
  if (today === undefined) delete process.env.SKOPEO_WRAPPER_TEST_DAY;
  else process.env.SKOPEO_WRAPPER_TEST_DAY = today;
});

const sampleOf = (day: number): number[] => {
  process.env.SKOPEO_WRAPPER_TEST_DAY = String(day);
  return sample(ROWS, 10);
};

test('a sample has the rows of its day, and after some days every row has had its turn; at night all have', () => {
  const days = [1000, 1001, 1002, 1003].map(sampleOf);
  assert.deepEqual(
    [...new Set(days.flat())].sort((one, other) => one - other),
    ROWS,
  );
  assert.deepEqual(days.map(({ length }) => length).sort(), IS_NIGHT ? [47, 47, 47, 47] : [11, 12, 12, 12]);
  assert.deepEqual(sampleOf(1000), days[0]);
  for (const rows of days)
    assert.deepEqual(
      rows.toSorted((one, other) => one - other),
      rows,
    );
  assert.deepEqual(sample([], 10), []);
  assert.deepEqual(sample(['a', 'b'], 10), ['a', 'b']);
});
