import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planJson } from '../../../src/display/sync/plan-json.ts';
import { renderPlan } from '../../../src/display/sync/render-plan.ts';
import type { Plan } from '../../../src/sync/plan.ts';
import { plannedImage, syncEntry } from '../../sync/support/images.ts';

const layer = (digest: string, sizeBytes: number) => ({ kind: 'layer' as const, digest, sizeBytes });

const PLAN: Plan = {
  images: [
    plannedImage('a', 'docker://m.example/a:1', [layer('base', 1024 ** 2), layer('a', 1024)]),
    plannedImage('b', 'docker://m.example/b:1', [layer('base', 1024 ** 2)]),
    {
      ...plannedImage('nginx', 'docker://m.example/nginx:1', undefined, 'docker://docker.io/library/nginx:1'),
      pulls: 1,
    },
    { ...plannedImage('c', 'docker://m.example/c:1'), action: 'skip', reason: 'unchanged' },
  ],
  dropped: [{ source: 'docker://source.example/a:0', reason: 'in no range of versions' }],
  failures: [{ entry: syncEntry({ name: 'quay.io/gone' }), errorType: 'not_found', message: 'name unknown' }],
  otherShards: 5,
  prune: {
    verdicts: [
      { destination: 'docker://m.example/old:1', action: 'remove', reason: 'no longer selected' },
      { destination: 'docker://m.example/old:2', action: 'keep', reason: 'is the same image as tag 3' },
    ],
  },
};

test('a plan is a table with a reason in every line and a sum at the end', () => {
  assert.equal(
    renderPlan(PLAN),
    `ACTION  SIZE     SOURCE                     DESTINATION        REASON
copy    1.0 MiB  source.example/a:1         m.example/a:1      new at the destination (listed)
copy    1.0 MiB  source.example/b:1         m.example/b:1      new at the destination (listed)
copy    ?        docker.io/library/nginx:1  m.example/nginx:1  new at the destination (listed)
skip    -        source.example/c:1         m.example/c:1      unchanged (listed)
drop    -        source.example/a:0         -                  in no range of versions
remove  -        -                          m.example/old:1    no longer selected
keep    -        -                          m.example/old:2    is the same image as tag 3
fail    -        quay.io/gone               -                  name unknown

3 to copy (at most 1.0 MiB and 1 image of unknown size, 1 pull at docker.io), 1 to skip, 1 dropped; 5 in other shards; 1 source failed
`,
  );
});

test('shared blobs count once in the sum of a plan as JSON', () => {
  const json = planJson(PLAN);
  assert.equal(json.totals.bytes, 1024 ** 2 + 1024);
  assert.deepEqual(json.totals.pulls, { 'docker.io': 1 });
  assert.deepEqual(JSON.parse(JSON.stringify(json.images[0])), {
    source: 'docker://source.example/a:1',
    destination: 'docker://m.example/a:1',
    action: 'copy',
    reason: 'new at the destination',
    selected_because: 'listed',
    bytes: 1024 ** 2 + 1024,
  });
});
