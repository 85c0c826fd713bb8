import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileGoRegExp } from '../../../src/sync/select/go-regexp.ts';

test('an expression is found anywhere unless anchored', () => {
  assert.ok(compileGoRegExp('rc').matches('1.0-rc1'));
  assert.ok(!compileGoRegExp('^rc').matches('1.0-rc1'));
});

test('what Go writes otherwise is translated', () => {
  assert.ok(compileGoRegExp('(?i)^V1').matches('v1.2'));
  assert.ok(compileGoRegExp('^(?P<major>\\d+)\\.0\\z').matches('12.0'));
  assert.ok(compileGoRegExp('\\A1').matches('1.0'));
});

for (const text of ['[[:alpha:]]+', '\\Qa.b\\E', '\\p{Greek}', '(?U)a+', '(?s).', '\\x{10FFFF}', '(']) {
  test(`${text} is refused rather than read otherwise`, () => {
    assert.throws(() => compileGoRegExp(text), { errorType: 'usage' });
  });
}
