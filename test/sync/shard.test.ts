import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { belongsTo, parseShard } from '../../src/sync/shard.ts';

const destinations = fc.array(fc.webUrl(), { minLength: 1, maxLength: 50 });
const count = fc.integer({ min: 1, max: 20 });

test('every image is in exactly one shard', () => {
  fc.assert(
    fc.property(destinations, count, (all, shards) => {
      for (const destination of all) {
        const owners = Array.from({ length: shards }, (_, index) => index).filter((index) =>
          belongsTo({ index, count: shards }, destination),
        );
        assert.equal(owners.length, 1);
      }
    }),
  );
});

test('the split is even enough', () => {
  const images = Array.from(
    { length: 4000 },
    (_, number) => `docker://registry.example/mirror/app${number % 40}:${number}`,
  );
  for (let index = 0; index < 4; index++) {
    const size = images.filter((image) => belongsTo({ index, count: 4 }, image)).length;
    assert.ok(size > 900 && size < 1100, `${size} images in shard ${index}`);
  }
});

test('an image stays where it is for ever: other machines and releases must agree', () => {
  const shardOf = (destination: string) => [0, 1, 2, 3, 4].find((index) => belongsTo({ index, count: 5 }, destination));
  assert.deepEqual(['docker://m/a:1', 'docker://m/a:2', 'oci:/srv/x:1'].map(shardOf), [3, 0, 3]);
});

const PARSED: readonly [text: string, env: Record<string, string>, shard: [number, number]][] = [
  ['0/1', {}, [0, 1]],
  ['2/5', { JOB_COMPLETION_INDEX: '4' }, [2, 5]],
  ['auto/5', { JOB_COMPLETION_INDEX: '4' }, [4, 5]],
  ['auto', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1' }, [2, 4]],
  ['auto/3', { NOMAD_ALLOC_INDEX: '1' }, [1, 3]],
  ['auto', { AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '2' }, [0, 2]],
  ['auto', { CLOUD_RUN_TASK_INDEX: '7', CLOUD_RUN_TASK_COUNT: '8' }, [7, 8]],
  ['auto', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }, [0, 3]],
  ['auto', { BUILDKITE_PARALLEL_JOB: '1', BUILDKITE_PARALLEL_JOB_COUNT: '2' }, [1, 2]],
];

for (const [text, env, [index, total]] of PARSED) {
  test(`${text} with ${JSON.stringify(env)} is shard ${index} of ${total}`, () => {
    assert.deepEqual(parseShard(text, env), { index, count: total });
  });
}

const REFUSED: readonly [text: string, env: Record<string, string>][] = [
  ['5/5', {}],
  ['-1/5', {}],
  ['1', {}],
  ['1/0', {}],
  ['a/b', {}],
  ['auto', {}],
  ['auto', { JOB_COMPLETION_INDEX: '1' }],
  ['auto/2', { JOB_COMPLETION_INDEX: '2' }],
  ['auto/2', { JOB_COMPLETION_INDEX: 'x' }],
];

test('a task beyond the last shard is told by its variable', () => {
  assert.throws(() => parseShard('auto/3', { JOB_COMPLETION_INDEX: '7' }), {
    message: 'shard "auto/3": JOB_COMPLETION_INDEX=7 is beyond the last of 3 shards',
  });
});

for (const [text, env] of REFUSED) {
  test(`${text} with ${JSON.stringify(env)} is refused`, () => {
    assert.throws(() => parseShard(text, env), { errorType: 'usage', exitCode: 64 });
  });
}
