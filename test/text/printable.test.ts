import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable } from '../../src/text/printable.ts';

test('keeps plain text of any language', () => {
  for (const text of ['', 'docker://quay.io/app:1 -> dir:/srv', 'größer 漢字 🚢 …', 'a\\b "c"']) {
    assert.equal(printable(text), text);
  }
});

test('takes out what moves the cursor, colours, titles, bells and links', () => {
  assert.equal(printable('\x1b[31mred\x1b[0m \x1b[2J\x1b[10Ahome\x07\b'), 'red home');
  assert.equal(printable('a\x1b]0;title\x07b\x1b]8;;http://evil\x1b\\c\x1b]8;;\x1b\\d'), 'abcd');
  assert.equal(printable('\x9b31mred\x9c\x85'), 'red ');
});

test('makes one line of several', () => {
  assert.equal(printable('one\r\ntwo\n\nthree\u2028four\tfive'), 'one two three four five');
});

test('takes out marks that turn the direction of writing', () => {
  assert.equal(printable('abc\u202egnp.exe\u2066\u200b'), 'abcgnp.exe');
});

test('leaves no control character of any text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('\x1b', '[', ']', ';', 'm', '\x07', '\x9b', '1') }),
      (a, b) => assert.doesNotMatch(printable(a + b + a), /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/),
    ),
  );
});
