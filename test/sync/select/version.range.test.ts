import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVersionRange, tagVersion } from '../../../src/sync/select/version.ts';

const includes = (range: string, tag: string, prereleases = false): boolean => {
  const version = tagVersion(tag);
  assert.ok(version !== undefined);
  return parseVersionRange(range, { prereleases }).includes(version);
};

const IN: readonly [range: string, tag: string][] = [
  ['>= 3.14', '3.14'],
  ['>=3.14, <4', '3.99.1'],
  ['>=3.14 <4', 'v3.20'],
  ['^1.2', '1.9'],
  ['~1.2.3', '1.2.9'],
  ['1.x', '1.7'],
  ['1.2 - 1.4', '1.3.7'],
  ['<1 || >=3', '3.0.0'],
  ['=>2', '2.1.0'],
  ['*', '0.0.1'],
  ['!=1.2.3', '1.2.4'],
  ['>=1.0, !=1.2.3', '1.3'],
  ['>=1.0.0-0', '2.0.0-rc1'],
];
const OUT: readonly [range: string, tag: string][] = [
  ['>=3.14, <4', '4.0.0'],
  ['^1.2', '2.0'],
  ['~1.2.3', '1.3.0'],
  ['!=1.2.3', '1.2.3'],
  ['!=1.2.x', '1.2.9'],
  ['>=1.0', '1.25-alpine'],
  ['*', '1.0.0-rc1'],
  ['<1 || >=3', '2.0'],
  ['1.2 - 1.4', '1.5.0'],
];

for (const [range, tag] of IN) test(`${range} includes ${tag}`, () => assert.ok(includes(range, tag)));
for (const [range, tag] of OUT) test(`${range} does not include ${tag}`, () => assert.ok(!includes(range, tag)));

test('prereleases come in when they are asked for', () => {
  assert.ok(includes('>=1.0', '1.25-alpine', true));
  assert.ok(!includes('>=2.0', '1.25-alpine', true));
});

for (const text of ['banana', '>=', '1.2 ||| 2', '']) {
  test(`"${text}" is no range`, () => assert.throws(() => parseVersionRange(text), { errorType: 'usage' }));
}
