import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeTermination } from '../../src/operation/termination.ts';

test('a limit is told as it was given', () => {
  const told = (seconds: number) => describeTermination({ kind: 'timeout', seconds, setBy: '--timeout' }).message;
  assert.equal(told(0.7000000000000001), 'not finished after 0.7 s (--timeout)');
  assert.equal(told(3600), 'not finished after 3600 s (--timeout)');
});
