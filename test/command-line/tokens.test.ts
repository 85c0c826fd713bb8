import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FlagShape, tokenize } from '../../src/command-line/tokens.ts';

const FLAGS: Readonly<Record<string, FlagShape>> = {
  all: { name: 'all', kind: 'boolean' },
  quiet: { name: 'quiet', kind: 'boolean' },
  format: { name: 'format', kind: 'string' },
  a: { name: 'all', kind: 'boolean' },
  q: { name: 'quiet', kind: 'boolean' },
  f: { name: 'format', kind: 'string' },
};

const find = (name: string): FlagShape => {
  const flag = FLAGS[name];
  if (flag === undefined) throw new Error(`unknown ${name}`);
  return flag;
};

const read = (line: string) =>
  Array.from(tokenize(line.split(' '), { long: find, short: find }), (token) => {
    if (token.type === 'terminator') return '--';
    if (token.type === 'operand') return token.value;
    return `${token.flag.name}(${token.value}) as ${token.written.join('+')}`;
  });

describe('tokenize', () => {
  const lines: Readonly<Record<string, readonly string[]>> = {
    '--format oci a': ['format(oci) as --format+oci', 'a'],
    '--format=oci': ['format(oci) as --format=oci'],
    '--format=a=b': ['format(a=b) as --format=a=b'],
    '--format= a': ['format() as --format=', 'a'],
    '--format --all': ['format(--all) as --format+--all'],
    '--format -- a': ['format(--) as --format+--', 'a'],
    '--all false': ['all(true) as --all', 'false'],
    '--all=false': ['all(false) as --all=false'],
    '-f oci': ['format(oci) as -f+oci'],
    '-foci': ['format(oci) as -foci'],
    '-f=oci': ['format(oci) as -f=oci'],
    '-f -x': ['format(-x) as -f+-x'],
    '-aqf oci b': ['all(true) as -a', 'quiet(true) as -q', 'format(oci) as -f+oci', 'b'],
    '-a=false': ['all(false) as -a=false'],
    '- a': ['-', 'a'],
    'a -- --all -x --': ['a', '--', '--all', '-x', '--'],
  };
  for (const [line, expected] of Object.entries(lines)) {
    it(line, () => assert.deepEqual(read(line), expected));
  }

  it('misses a value at the end', () => {
    assert.throws(() => read('--format'), /--format needs a value/);
    assert.throws(() => read('-af'), /-f needs a value/);
  });
});
