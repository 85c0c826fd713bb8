import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileExpression } from '../../../src/sync/select/expression.ts';

const isFound = (source: string, text: string): boolean => compileExpression(source).isFoundIn(text);

test('an expression is found anywhere unless anchored', () => {
  assert.ok(isFound('rc', '1.0-rc1'));
  assert.ok(!isFound('^rc', '1.0-rc1'));
});

test('the syntax is that of Go', () => {
  assert.ok(isFound('(?i)^V1', 'v1.2'));
  assert.ok(isFound('^(?P<major>\\d+)\\.0\\z', '12.0'));
  assert.ok(isFound('\\A[[:digit:]]+\\.', '12.0'));
  assert.ok(isFound('^\\Qa.b\\E$', 'a.b') && !isFound('^\\Qa.b\\E$', 'axb'));
  assert.ok(isFound('^\\x{61}$', 'a'));
});

type Repeat = (inner: string, repeat: string) => string;

/** Expressions with repetition in repetition and choices that overlap: what makes engines that try every way never end. */
const expressions = (repeated: Repeat): fc.Arbitrary<string> =>
  fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('a', '1', '\\d', '[a1]', '.'),
      fc.tuple(tie('expression'), fc.constantFrom('+', '*', '?')).map((parts) => repeated(...parts)),
      fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `(?:${one}|${other})`),
      fc.tuple(tie('expression'), tie('expression')).map((parts) => parts.join('')),
    ),
  })).expression;

const whatever = expressions((inner, repeat) => `(?:${inner})${repeat}`);

/** What may match an empty text is not repeated: there JavaScript tries the next choice, but RE2 and Go accept the empty match. */
const comparable = expressions((inner, repeat) =>
  new RegExp(`^(?:${inner})$`).test('') ? `(?:${inner})` : `(?:${inner})${repeat}`,
);

test('whatever an expression repeats, a tag of any length is decided', () => {
  assert.ok(!isFound('^(\\d+)+$', `${'1'.repeat(127)}x`));
  assert.ok(!isFound('^(a|a|aa)+$', `${'a'.repeat(127)}!`));
  fc.assert(
    fc.property(whatever, fc.constantFrom('a', '1', 'a1'), (source, unit) => {
      const anchored = compileExpression(`^(?:${source})+$`);
      assert.ok(!anchored.isFoundIn(`${unit.repeat(60)}\n`));
    }),
  );
});

test('it finds and replaces what JavaScript does where both can', () => {
  const replacement = fc.constantFrom('', 'x', '$1', '<$2>', '$<n>', '$&$&', '$$', '$9', 'a$');
  const text = fc.string({ unit: fc.constantFrom('a', '1', '-'), maxLength: 8 });
  fc.assert(
    fc.property(comparable, comparable, replacement, text, (one, other, replace, subject) => {
      const source = `(${one})-?(?<n>${other})`;
      const ours = compileExpression(source);
      assert.equal(ours.isFoundIn(subject), new RegExp(source).test(subject));
      assert.equal(ours.replaceIn(subject, replace), subject.replace(new RegExp(source), replace));
    }),
  );
});

for (const [source, construct] of [
  ['v(?=1)', 'look-ahead'],
  ['v(?!1)', 'look-ahead'],
  ['(?<=v)1', 'look-behind'],
  ['(?<!v)1', 'look-behind'],
  ['(a)\\1', 'a back-reference'],
  ['(?<n>a)\\k<n>', 'a back-reference'],
  ['(?>a+)b', 'an atomic group'],
] as const) {
  test(`${source} is refused by the name of what it uses: ${construct}`, () => {
    assert.throws(() => compileExpression(source), {
      errorType: 'usage',
      message: `"${source}" uses ${construct}, which regular expressions do not have here`,
    });
  });
}

test('what is no expression is refused with the reason', () => {
  assert.throws(() => compileExpression('('), {
    errorType: 'usage',
    message: '"(" is not a regular expression: missing closing ): `(`',
  });
});
