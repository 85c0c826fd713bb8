import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageLines } from '../../../src/display/sync/image-lines.ts';
import type { OperationResult } from '../../../src/tracking/events.ts';
import type { TrackedOperation } from '../../../src/tracking/tracked-operation.ts';

const image = (): TrackedOperation => ({}) as TrackedOperation;
const RESULT = {} as OperationResult;

const printer = () => {
  const written: string[] = [];
  return { written, print: imageLines({ write: (text) => written.push(String(text)) > 0 }) };
};

const say = (print: ReturnType<typeof imageLines>, of: TrackedOperation, text: string): void =>
  print({ type: 'output-line', stream: 'stdout', text }, of);

test('prints every line of an image, however many, and those of one image together', () => {
  const { written, print } = printer();
  const [one, other] = [image(), image()];
  for (let line = 0; line < 2_000; line++) {
    say(print, one, `one ${line} ${'x'.repeat(30)}`);
    say(print, other, `other ${line}`);
  }
  assert.deepEqual(written, []);
  print({ type: 'operation-finished', result: RESULT }, one);
  print({ type: 'operation-finished', result: RESULT }, other);
  const lines = written.join('').split('\n');
  assert.equal(lines.length, 4_001);
  assert.deepEqual([lines[0]?.slice(0, 6), lines[1_999]?.slice(0, 9)], ['one 0 ', 'one 1999 ']);
});

test('lets an endless block go instead of holding it', () => {
  const { written, print } = printer();
  const one = image();
  for (let line = 0; line < 40; line++) say(print, one, 'x'.repeat(60_000));
  assert.ok(written.length > 0);
  print({ type: 'operation-finished', result: RESULT }, one);
  assert.equal(written.join('').length, 40 * 60_001);
});
