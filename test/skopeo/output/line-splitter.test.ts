import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../../../src/skopeo/output/line-splitter.ts';

const split = (chunks: readonly Uint8Array[]): string[] => {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()].map(({ text }) => text);
};

test('gives the same lines wherever the reads split the bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(200)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const positions = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
      const chunks = [...positions, bytes.length].map((end, index) => bytes.subarray(positions[index - 1] ?? 0, end));
      assert.deepEqual(split(chunks), split([bytes]));
    }),
  );
});

test('removes carriage returns, control sequences and other control characters', () => {
  assert.deepEqual(split([Buffer.from('\x1b[31mred\x1b[0m\r\nbell\x07 and \x1b]0;title\n')]), [
    'red',
    'bell and ]0;title',
  ]);
});

test('tells which line begins a redrawn frame', () => {
  const lines = new LineSplitter().push(Buffer.from('first\r\n\x1b[3A\x1b[Jsecond\r\nthird\r\n'));
  assert.deepEqual(
    lines.map(({ startsFrame }) => startsFrame),
    [false, true, false],
  );
});

test('keeps a line without an end, and bounds a line that never ends', () => {
  assert.deepEqual(split([Buffer.from('no end')]), ['no end']);
  const splitter = new LineSplitter();
  for (let chunk = 0; chunk < 1000; chunk++) splitter.push(Buffer.alloc(10_000, 'x'));
  const [line] = splitter.end();
  assert.match(line?.text ?? '', /^x{65536}… \[9934464 more characters\]$/);
});

test('survives invalid UTF-8', () => {
  assert.deepEqual(split([Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a])]), ['a\ufffd\ufffdb']);
});
