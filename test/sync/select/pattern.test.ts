import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from '../../../src/sync/select/pattern.ts';

const MATCHES: readonly [pattern: string, tag: string, expected: boolean][] = [
  ['1.*', '1.2', true],
  ['1.*', '11.2', false],
  ['*-alpine', '3.1-alpine', true],
  ['*-alpine', '3.1-alpine2', false],
  ['v?', 'v1', true],
  ['v?', 'v12', false],
  ['{1,2}.0', '2.0', true],
  ['[12].0', '3.0', false],
  ['/^1\\.\\d+$/', '1.25', true],
  ['/^1\\.\\d+$/', '1.25-rc', false],
  ['/RC/i', '1.0-rc1', true],
  ['/RC/', '1.0-rc1', false],
];

for (const [pattern, tag, expected] of MATCHES) {
  test(`${pattern} ${expected ? 'matches' : 'does not match'} ${tag}`, () => {
    assert.equal(compilePattern(pattern).matches(tag), expected);
  });
}

test('an expression that cannot be compiled is refused with its text', () => {
  assert.throws(() => compilePattern('/(/'), { errorType: 'usage', message: /"\/\(\/" is not a regular expression/ });
});
