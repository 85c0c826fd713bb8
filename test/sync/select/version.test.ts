import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byVersionDescending, tagVersion } from '../../../src/sync/select/version.ts';

const VERSIONS: readonly [tag: string, version: string | undefined][] = [
  ['1.2.3', '1.2.3'],
  ['v1.2.3', '1.2.3'],
  ['3.14', '3.14.0'],
  ['7', '7.0.0'],
  ['1.2.3-rc.1', '1.2.3-rc.1'],
  ['1.25-alpine', '1.25.0-alpine'],
  ['2024.01.05', '2024.1.5'],
  ['latest', undefined],
  ['1.2.3.4', undefined],
  ['1.2.3_build', undefined],
  ['', undefined],
];

for (const [tag, version] of VERSIONS) {
  test(`"${tag}" is ${version ?? 'no version'}`, () => assert.equal(tagVersion(tag)?.version, version));
}

test('the order is by version, not by alphabet, and the same from every start', () => {
  const tags = ['1.9', '1.10', '1.10.0', '2.0.0-rc1', '2.0.0', 'v0.1', 'latest', 'edge'];
  const expected = ['2.0.0', '2.0.0-rc1', '1.10.0', '1.10', '1.9', 'v0.1', 'edge', 'latest'];
  fc.assert(
    fc.property(fc.shuffledSubarray(tags, { minLength: tags.length }), (shuffled) => {
      assert.deepEqual(shuffled.toSorted(byVersionDescending), expected);
    }),
  );
});
