import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPlan } from '../../src/display/sync/render-plan.ts';
import { loadSyncFile } from '../../src/sync/config/load-sync-file.ts';
import { exitCodeOfPlan, planTotals } from '../../src/sync/plan.ts';
import { planSync } from '../../src/sync/plan-sync.ts';
import { runSync } from '../../src/sync/sync.ts';
import { createLayout, HOST_PLATFORM } from '../support/images.ts';
import { startRegistry } from '../support/registry.ts';
import { tempDir } from '../support/temp.ts';
import { realContext } from './support/context.ts';

test('a plan tells which images a run cannot copy, and why, whether or not reading would count as a pull', async () => {
  await using own = await tempDir('plan-sync');
  await using registry = await startRegistry();
  const layout = await createLayout(own.join('layout'));
  const layers = [{ sizeBytes: 500 }];
  const foreign = HOST_PLATFORM.architecture === 'arm64' ? 'amd64' : 'arm64';
  await layout.addImage('plain', { layers, seed: 'plain' });
  await layout.addIndex('foreign', [{ layers, platform: { os: 'linux', architecture: foreign }, seed: 'foreign' }]);
  for (const tag of ['plain', 'foreign']) await registry.seed(layout.reference(tag), `app:${tag}`);
  const { host } = registry;
  const image = (to: string, more: object) => ({ source: `${host}/app`, destination: `${host}/${to}`, ...more });
  const file = {
    registries: { [host]: { 'tls-verify': false } },
    retry: { times: 0 },
    images: [
      image('all/app', { tags: ['plain', 'gone'] }),
      image('system/app', { tags: ['foreign'], platforms: 'system' }),
      image('one/app', { tags: ['foreign'], platforms: ['linux/s390x'] }),
      image('several/app', { tags: ['foreign'], platforms: ['linux/s390x', 'linux/386'] }),
      image('some/app', { tags: ['foreign'], platforms: ['linux/s390x', `linux/${foreign}`] }),
      image('digest/app', { digests: [`sha256:${'0'.repeat(64)}`] }),
    ],
  };
  const { job } = loadSyncFile('/mirror.yml', JSON.stringify(file), {});
  const context = realContext(own);
  const { lookup } = context;
  const counted = {
    ...context,
    lookup: {
      connect: lookup.connect.bind(lookup),
      tags: lookup.tags.bind(lookup),
      head: lookup.head.bind(lookup),
      manifest: lookup.manifest.bind(lookup),
      requestedPauseSeconds: lookup.requestedPauseSeconds.bind(lookup),
      countsPulls: () => true,
      pullsLeft: lookup.pullsLeft.bind(lookup),
    },
  };

  const [plan, frugal] = [await planSync(job, context), await planSync(job, counted)];
  const report = await runSync(job, context);
  const failed = (report?.images ?? []).filter(({ outcome }) => outcome === 'failed');
  const failures = failed.map(({ destination, errorType }) => `${destination} ${errorType}`).toSorted();
  assert.equal(failures.length, 5, JSON.stringify(report?.images));

  const told = ({ images }: typeof plan) =>
    images.flatMap(({ destination, failure }) => (failure ? [`${destination} ${failure.errorType}`] : [])).toSorted();
  assert.deepEqual(told(plan), failures);
  assert.deepEqual(
    told(frugal),
    failures.filter((line) => line.endsWith('not_found')),
  );
  const [possible, impossible] = [true, false].map((is) =>
    plan.images.filter(({ failure }) => (failure === undefined) === is),
  );
  const statusOf = (changes: Partial<typeof plan>) => exitCodeOfPlan({ ...plan, ...changes });
  assert.equal(statusOf({}), report?.exitCode);
  assert.deepEqual([statusOf({ images: impossible ?? [] }), statusOf({ images: possible ?? [] })], [1, 0]);
  assert.equal(statusOf({ images: possible ?? [], prune: { refused: 'too much' } }), 3);
  const { copy, failedImages } = planTotals(plan);
  assert.deepEqual([copy, failedImages], [2, 5]);
  assert.match(renderPlan(plan), /^fail +- +.*app:gone .*manifest unknown.*$/m);
  assert.match(renderPlan(plan), /; 5 images cannot be copied; 1 image lacks linux\/s390x\n$/);
});
