// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax under test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfiguration } from '../../src/config/document.ts';
import { ConfigurationError } from '../../src/config/problem.ts';

const problemsOf = (text: string, environment = {}): ConfigurationError => {
  try {
    parseConfiguration('a.yml', text, { environment });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error;
  }
  assert.fail('accepted');
};

test('merge keys and anchors mean what they mean elsewhere, and positions are those of the text', () => {
  const document = parseConfiguration('a.yml', 'a: &a { x: 1, y: 2 }\nb:\n  <<: *a\n  y: 3\n');
  assert.deepEqual(document.value, { a: { x: 1, y: 2 }, b: { x: 1, y: 3 } });
  assert.deepEqual(document.positionOf(['b', 'y']), { line: 4, column: 6 });
});

test('an anchor may be used in thousands of places, but not without bounds', () => {
  const many = `t: &t [a]\nl: [${Array.from({ length: 5000 }, () => '*t').join(', ')}]\n`;
  assert.equal((parseConfiguration('a.yml', many).value as { l: unknown[] }).l.length, 5000);
  const level = (name: string, of: string) =>
    `${name}: &${name} [${Array.from({ length: 99 }, () => of).join(', ')}]\n`;
  const bomb = level('a', 'x') + level('b', '*a') + level('c', '*b') + level('d', '*c');
  assert.match(problemsOf(bomb).message, /too many of them/);
});

test('a key that JavaScript would take for something else than an entry is refused where it stands', () => {
  for (const text of ['a:\n  __proto__: x\n', '{"a":\n  {"__proto__": {}}}', 'a:\n  "__proto__": x\n'])
    assert.match(problemsOf(text).message, /a\.yml:2:\d+: "__proto__" cannot be a key/);
  assert.deepEqual(parseConfiguration('a.yml', 'a: __proto__\nconstructor: x\n').value, {
    a: '__proto__',
    constructor: 'x',
  });
});

test('Windows line ends and a byte order mark are no part of the text', () => {
  assert.deepEqual(parseConfiguration('a.yml', '\ufeffa: x\r\nb:\r\n  - y\r\n').value, { a: 'x', b: ['y'] });
  assert.deepEqual(parseConfiguration('a.yml', '\ufeff{"a":\r\n"x"}\r\n').value, { a: 'x' });
});

test('the value of a variable is a value, whatever it looks like', () => {
  const readWith = (text: string, V: string): unknown =>
    parseConfiguration('a.yml', text, { environment: { V } }).value;
  for (const hostile of ['a\nparallel: 1', '[1, 2]', '*x', '"', '{', '- a', '&a b', '%', '# c'])
    assert.deepEqual(readWith('k: ${V}', hostile), { k: hostile });
  assert.deepEqual(readWith('k: ${V}', '8'), { k: 8 });
  assert.deepEqual(readWith('k: ${V}', 'true'), { k: true });
  assert.deepEqual(readWith('k: "${V}"', '8'), { k: '8' });
});

test('a reference within a reference is refused, as is one of a variable that is not set, with its key', () => {
  const [nested] = problemsOf('l:\n  - { k: "${A:-${B}}" }\n', { B: 'x' }).problems;
  assert.equal(nested?.key, 'l[0].k');
  assert.match(nested.message, /a reference within \$\{A…\}/);
  assert.equal(problemsOf('a: ${A}').problems[0]?.key, 'a');
});

test('of a flood of problems the first are told', () => {
  const { message, problems } = problemsOf('['.repeat(3000));
  assert.ok(problems.length > 50);
  assert.equal(message.split('\n').length, 51);
  assert.match(message, /\n… and \d+ more$/);
});
