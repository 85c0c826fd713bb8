import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { Descriptors } from '../../../src/skopeo/process/descriptors.ts';

test('children get what was given under the same numbers, and nothing of ours', () => {
  const descriptors = new Descriptors([3, 6]);
  descriptors.hide(5);
  assert.deepEqual(descriptors.stdio(99), [3, 'ignore', 99, 6]);
  descriptors.closed(5);
  assert.deepEqual(descriptors.stdio(99), [3, 'ignore', 'ignore', 6]);
  assert.deepEqual(new Descriptors().stdio(99), []);
});

test('what was given is closed once, but for the null device', () => {
  const [file, nothing] = [openSync('/etc/passwd', 'r'), openSync('/dev/null', 'r')];
  const descriptors = new Descriptors([file, nothing]);
  descriptors.release();
  assert.throws(() => fstatSync(file), { code: 'EBADF' });
  const other = openSync('/etc/passwd', 'r');
  descriptors.release();
  fstatSync(other);
  closeSync(other);
  closeSync(nothing);
  assert.deepEqual(descriptors.stdio(99), []);
});
