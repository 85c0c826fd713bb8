import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defined } from '../src/defined.ts';

test('what is undefined is left out, and nothing else', () => {
  assert.deepEqual(Object.entries(defined({ a: undefined, b: 0, c: '', d: null, e: false })), [
    ['b', 0],
    ['c', ''],
    ['d', null],
    ['e', false],
  ]);
});
