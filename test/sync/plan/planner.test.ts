import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemClock } from '../../../src/context.ts';
import { WrapperError } from '../../../src/errors/wrapper-error.ts';
import { registryOf } from '../../../src/image/docker-reference.ts';
import type { RegistryLookup } from '../../../src/registry/lookup.ts';
import { lookupWithOutages } from '../../../src/registry/lookup-with-outages.ts';
import { RegistryOutages } from '../../../src/registry/outages.ts';
import { RegistryPausedError } from '../../../src/registry/pauses.ts';
import { SyncMemory } from '../../../src/sync/check/memory.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { type PlanContext, Planner } from '../../../src/sync/plan/planner.ts';
import { makePlan } from '../../../src/sync/plan-sync.ts';
import { PRUNE_REFUSALS } from '../../../src/sync/prune/candidates.ts';
import { pruneTask } from '../../../src/sync/prune/prune-task.ts';
import type { ErrorType } from '../../../src/tracking/vocabulary.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

const jobOf = (body: string) =>
  loadSyncFile(
    '/mirror.yml',
    `retry: { times: 2, delay: 1ms }\ndefaults: { destination: "to.example/{{path}}" }\n${body}`,
    {},
  ).job;

const BOTH = `
images:
  - source: slow.example/app
  - source: free.example/tool
`;

/** A lookup where everything is equal, but one registry asks to wait so many times. */
const lookupThat = (limits: (registry: string, question: 'tags' | 'head') => boolean) => {
  const asked: string[] = [];
  const ask = (registry: string, question: 'tags' | 'head') => {
    asked.push(`${question} ${registry}`);
    if (limits(registry, question)) throw new RegistryPausedError(registry, 0.02);
  };
  const lookup: RegistryLookup = {
    connect: () => {},
    requestedPauseSeconds: async () => undefined,
    tags: async ({ registry }) => {
      ask(registry, 'tags');
      return ['1', '2'];
    },
    head: async (reference) => {
      ask(registryOf(reference) ?? '', 'head');
      return { digest: DIGEST };
    },
    manifest: async () => assert.fail('nothing is to be copied'),
    countsPulls: () => false,
    pullsLeft: () => undefined,
  };
  return { lookup, asked };
};

const contextWith = (lookup: RegistryLookup): PlanContext => ({
  lookup,
  outages: new RegistryOutages(systemClock),
  skopeo: { createdAt: async () => undefined },
  memory: new SyncMemory(),
  nowMs: systemClock.wallMs(),
  signal: new AbortController().signal,
  random: () => 0,
});

const times = (count: number) => {
  let left = count;
  return () => left-- > 0;
};

const sourcesOf = (images: readonly { readonly source: string }[]): readonly string[] =>
  images.map(({ source }) => source.replace('docker://', ''));

test('a registry that asks to wait while it is listed holds up nothing but itself', async () => {
  const isFirst = times(1);
  const { lookup } = lookupThat((registry) => registry === 'slow.example' && isFirst());
  const planner = new Planner(jobOf(BOTH), contextWith(lookup));
  const now = await planner.now();
  assert.deepEqual(sourcesOf(now.images), ['free.example/tool:1', 'free.example/tool:2']);
  assert.deepEqual(now.failures, []);
  assert.equal(planner.hasRest, true);
  const rest = await planner.rest();
  assert.deepEqual(sourcesOf(rest.images), ['slow.example/app:1', 'slow.example/app:2']);
  assert.equal(planner.hasRest, false);
});

test('neither does one that asks to wait while images are compared', async () => {
  const isFirst = times(2);
  const { lookup } = lookupThat(
    (registry, question) => registry === 'slow.example' && question === 'head' && isFirst(),
  );
  const planner = new Planner(jobOf(BOTH), contextWith(lookup));
  assert.deepEqual(sourcesOf((await planner.now()).images), ['free.example/tool:1', 'free.example/tool:2']);
  const rest = await planner.rest();
  assert.deepEqual(
    rest.images.map(({ action, reason }) => [action, reason]),
    Array(2).fill(['skip', 'unchanged']),
  );
});

test('a source that fails in a way that may pass is asked again last, one that fails for good is not', async () => {
  const failing = (errorType: ErrorType): RegistryLookup => {
    const { lookup } = lookupThat(() => false);
    const isFirst = times(1);
    return {
      ...lookup,
      tags: async (repository, ...rest) => {
        if (repository.registry === 'slow.example' && isFirst())
          throw new WrapperError('it failed', { errorType, exitCode: 1 });
        return lookup.tags(repository, ...rest);
      },
    };
  };
  const passing = new Planner(jobOf(BOTH), contextWith(failing('server_error')));
  assert.equal((await passing.now()).images.length, 2);
  assert.equal((await passing.rest()).images.length, 2);
  const lasting = new Planner(jobOf(BOTH), contextWith(failing('unauthorized')));
  assert.deepEqual(
    (await lasting.now()).failures.map(({ errorType }) => errorType),
    ['unauthorized'],
  );
  assert.equal(lasting.hasRest, false);
});

test('an image that cannot be compared for a reason that may pass comes last, for another reason it is copied', async () => {
  const failing = (errorType: ErrorType): RegistryLookup => {
    const { lookup } = lookupThat(() => false);
    return {
      ...lookup,
      head: async (reference, ...rest) => {
        if (registryOf(reference) === 'slow.example') throw new WrapperError('it failed', { errorType, exitCode: 1 });
        return lookup.head(reference, ...rest);
      },
      manifest: async () => Buffer.from('{}'),
    };
  };
  const passing = new Planner(jobOf(BOTH), contextWith(failing('timeout')));
  assert.deepEqual(sourcesOf((await passing.now()).images), ['free.example/tool:1', 'free.example/tool:2']);
  assert.deepEqual(
    (await passing.rest()).images.map(({ source, reason }) => [source, reason]),
    ['1', '2'].map((tag) => [`docker://slow.example/app:${tag}`, 'could not be compared: it failed']),
  );
  const lasting = new Planner(jobOf(BOTH), contextWith(failing('unauthorized')));
  assert.equal((await lasting.now()).images.length, 4);
  assert.equal(lasting.hasRest, false);
});

test('a registry that was given up is asked again for the rest', async () => {
  const { lookup } = lookupThat(() => false);
  const context = contextWith(lookup);
  const planner = new Planner(jobOf(BOTH), {
    ...context,
    lookup: lookupWithOutages(lookup, context.outages, systemClock),
  });
  for (let time = 0; time < 3; time++) context.outages.unanswered('slow.example', 'tags', -100_000, 'timeout');
  assert.deepEqual(sourcesOf((await planner.now()).images), ['free.example/tool:1', 'free.example/tool:2']);
  assert.deepEqual(sourcesOf((await planner.rest()).images), ['slow.example/app:1', 'slow.example/app:2']);
});

test('a source that does not answer keeps the others waiting for a minute, not longer', async (t) => {
  t.mock.timers.enable();
  const { lookup } = lookupThat(() => false);
  const hanging: RegistryLookup = {
    ...lookup,
    tags: async (repository, access, signal) => {
      if (repository.registry !== 'slow.example') return lookup.tags(repository, access, signal);
      queueMicrotask(() => t.mock.timers.tick(60_000));
      await once(signal, 'abort');
      throw signal.reason;
    },
  };
  const planner = new Planner(jobOf(BOTH), contextWith(hanging));
  assert.equal((await planner.now()).images.length, 2);
  assert.equal(planner.hasRest, true);
});

test('a plan that is only shown waits, and has all', async () => {
  const isFirst = times(1);
  const { lookup } = lookupThat((registry) => registry === 'slow.example' && isFirst());
  const plan = await makePlan(jobOf(BOTH), contextWith(lookup));
  assert.equal(plan.images.length, 4);
  assert.deepEqual(plan.failures, []);
});

test('a registry that never stops asking to wait is given up, as often as the job says', async () => {
  const { lookup, asked } = lookupThat((registry) => registry === 'slow.example');
  const plan = await makePlan(jobOf(BOTH), contextWith(lookup));
  assert.deepEqual(
    plan.failures.map(({ entry, errorType, message }) => [entry.name, errorType, message]),
    [['slow.example/app', 'rate_limited', 'slow.example limits the rate and asks to wait 1 s']],
  );
  assert.equal(asked.filter((one) => one === 'tags slow.example').length, 4, 'once at first, then with two retries');
});

test('images that can never be compared are copied', async () => {
  const { lookup } = lookupThat((registry, question) => registry === 'slow.example' && question === 'head');
  const plan = await makePlan(jobOf('images: [{ source: slow.example/app }]'), {
    ...contextWith({ ...lookup, manifest: async () => Buffer.from('{}') }),
  });
  assert.deepEqual(
    plan.images.map(({ action, reason }) => [action, reason]),
    Array(2).fill(['copy', 'could not be compared: slow.example limits the rate and asks to wait 1 s']),
  );
});

test('a rest that is given up is copied uncompared, and failed where it was not even listed', async () => {
  const { lookup } = lookupThat((registry) => registry === 'slow.example');
  const planner = new Planner(jobOf(BOTH), contextWith(lookup));
  await planner.now();
  const rest = planner.giveUpRest();
  assert.deepEqual(
    rest.failures.map(({ entry, errorType }) => [entry.name, errorType]),
    [['slow.example/app', 'canceled']],
  );
  assert.equal(planner.hasRest, false);
});

test('prune refuses while a source is given up', async () => {
  const { lookup } = lookupThat((registry) => registry === 'slow.example');
  const job = jobOf(`job: x\nprune: { enabled: true }\n${BOTH}`);
  const context = contextWith(lookup);
  const planner = new Planner(job, context);
  await planner.now();
  planner.giveUpRest();
  assert.deepEqual(pruneTask(job, planner.selected, undefined, context), PRUNE_REFUSALS.sourceFailed());
});

test('what turns out late to collide fails, as others are copied by then', async () => {
  const isFirst = times(1);
  const { lookup } = lookupThat((registry) => registry === 'slow.example' && isFirst());
  const planner = new Planner(
    jobOf('images:\n  - source: free.example/app\n  - source: slow.example/app\n'),
    contextWith(lookup),
  );
  assert.equal((await planner.now()).images.length, 2);
  const { images, failures } = await planner.rest();
  assert.deepEqual(images, []);
  assert.match(failures[0]?.message ?? '', /would both be written to docker:\/\/to\.example\/app/);
});

test('progress counts what is put off as not yet compared', async () => {
  const isFirst = times(1);
  const { lookup } = lookupThat(
    (registry, question) => registry === 'slow.example' && question === 'head' && isFirst(),
  );
  const heard: string[] = [];
  const context = {
    ...contextWith(lookup),
    observer: { checked: (done: number, total: number) => heard.push(`${done}/${total}`) },
  };
  await makePlan(jobOf(BOTH), context);
  assert.deepEqual(heard, ['1/4', '2/4', '3/4', '4/4']);
});
