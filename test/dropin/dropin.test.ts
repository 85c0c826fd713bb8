import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import semver from 'semver';
import { sample } from '../support/sample.ts';
import { skopeoVersion } from '../support/skopeo.ts';
import type { Expectation, Invocation } from './invocation.ts';
import { COPY } from './invocations/copy.ts';
import { OTHER } from './invocations/other.ts';
import { TEXT } from './invocations/text.ts';
import { sideBySide } from './side-by-side.ts';
import { buildStage, type Stage } from './stage.ts';
import { DIFFERENCES } from './streams/run-table.ts';

const INVOCATIONS: readonly Invocation[] = [...COPY, ...TEXT, ...OTHER];

/** Some of each kind; at night all. */
const TRIED: readonly Invocation[] = [...sample(COPY, 8), ...sample(TEXT, 4), ...sample(OTHER, 6)];

const version = await skopeoVersion();

const DOCUMENT = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
const DOCUMENTED = Array.from(DOCUMENT.matchAll(/^## ([a-z-]+)$/gm), ([, id]) => id ?? '');

const listed = ({ differs = [] }: Invocation): readonly Expectation[] => [differs].flat();

const applies = ({ below, from }: Expectation): boolean =>
  (below === undefined || semver.lt(version, below)) && (from === undefined || semver.gte(version, from));

let stage: Stage;
before(async () => {
  stage = await buildStage();
});
after(() => stage?.[Symbol.asyncDispose]());

describe(`skopeo ${version} and the wrapper do the same`, { concurrency: 2 }, () => {
  for (const [index, invocation] of TRIED.entries()) {
    const skip =
      semver.lt(version, invocation.since ?? version) && `needs skopeo ${invocation.since}: npm run test:matrix`;
    test(invocation.command || '(nothing)', { skip }, async () => {
      const { skopeo, wrapper, differences } = await sideBySide(stage, `run-${index}`, invocation);
      if (invocation.status !== undefined) assert.equal(skopeo.exitStatus, invocation.status, skopeo.stderr.join('\n'));
      const expected = new Set(
        listed(invocation)
          .filter(applies)
          .flatMap((difference) => difference.in),
      );
      if (differences.length === 0 && expected.size === 0) return;
      assert.deepEqual(differences.toSorted(), [...expected].sort(), JSON.stringify({ skopeo, wrapper }, undefined, 2));
    });
  }
});

test('every difference that is meant is documented, and no other', () => {
  const used = [...INVOCATIONS.flatMap(listed).map(({ id }) => id), ...Object.keys(DIFFERENCES)];
  assert.deepEqual([...new Set(used)].sort(), DOCUMENTED.toSorted());
});
