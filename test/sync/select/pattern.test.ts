import assert from 'node:assert/strict';
import { matchesGlob } from 'node:path/posix';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from '../../../src/sync/select/pattern.ts';

const MATCHES: readonly [pattern: string, tag: string, expected: boolean][] = [
  ['1.*', '1.2', true],
  ['1.*', '11.2', false],
  ['1.*', '1x2', false],
  ['*-alpine', '3.1-alpine', true],
  ['*-alpine', '3.1-alpine2', false],
  ['v?', 'v1', true],
  ['v?', 'v12', false],
  ['{1,2}.0', '2.0', true],
  ['v{1,2{,.0}}', 'v2.0', true],
  ['[12].0', '3.0', false],
  ['[!12].0', '3.0', true],
  ['[[:digit:]].0', '3.0', true],
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

const character = fc.constantFrom('a', '1', '.', '-', '_');
const part = fc.oneof(
  character,
  fc.constantFrom('*', '?', '[a-c]', '[!a]', '[^1]', '[1.]'),
  fc.array(character, { minLength: 2, maxLength: 3 }).map((choices) => `{${choices.join(',')}}`),
);

test('a glob matches what Node says it does', () => {
  const tag = fc
    .tuple(fc.constantFrom('a', '1', '_'), fc.string({ unit: character, maxLength: 5 }))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), tag, (parts, text) => {
      const glob = parts.join('');
      assert.equal(compilePattern(glob).matches(text), matchesGlob(text, glob), `${glob} on ${text}`);
    }),
  );
});

test('however many stars a glob has, the longest tag is decided', () => {
  assert.ok(!compilePattern(`${'*1'.repeat(40)}*x`).matches('1'.repeat(128)));
  assert.ok(compilePattern(`${'*1'.repeat(40)}*`).matches('1'.repeat(128)));
});

test('an expression that cannot be compiled is refused with its text', () => {
  assert.throws(() => compilePattern('/(/'), { errorType: 'usage', message: /"\/\(\/" is not a regular expression/ });
  assert.throws(() => compilePattern('/a(?!b)/'), { errorType: 'usage', message: /"\/a\(\?!b\)\/" uses look-ahead/ });
});

for (const glob of ['a/b', '!(a)', '+(a|b)', 'a b', '{a', 'a}', 'a,b', '{1..3}', '[a', '\\*', 'ü*']) {
  test(`the glob ${glob}, which could match no tag or means something else, is refused`, () => {
    assert.throws(() => compilePattern(glob), { errorType: 'usage', message: /^glob/ });
  });
}
