import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../../src/context.ts';
import { defined } from '../../../src/defined.ts';
import type { RegistryLookup } from '../../../src/registry/lookup.ts';
import { RegistryOutages } from '../../../src/registry/outages.ts';
import { RegistryPauses } from '../../../src/registry/pauses.ts';
import { classifyMessage } from '../../../src/skopeo/failure/classify.ts';
import { SyncMemory } from '../../../src/sync/check/memory.ts';
import type { SyncJob } from '../../../src/sync/job.ts';
import type { PlannedImage } from '../../../src/sync/plan.ts';
import type { RunContext, SkopeoPort } from '../../../src/sync/ports.ts';
import { runPlan } from '../../../src/sync/run/run-plan.ts';
import type { OperationResult } from '../../../src/tracking/events.ts';
import type { SyncObserver } from '../../../src/tracking/observer.ts';
import type { ErrorType } from '../../../src/tracking/vocabulary.ts';
import { tempDir } from '../../support/temp.ts';
import { plannedImage } from '../support/images.ts';

const JOB: SyncJob = {
  entries: [],
  parallel: 3,
  registries: new Map(),
  destinationAccess: new Map(),
  retry: { times: 2, delaySeconds: 0.001, maxDelaySeconds: 0.002, rateLimitDelaySeconds: 0.05 },
  onFailure: 'continue',
};

const LOOKUP: RegistryLookup = {
  connect: () => {},
  requestedPauseSeconds: async () => undefined,
  tags: async () => [],
  head: async () => ({ digest: 'sha256:after' }),
  manifest: async () => assert.fail('no manifest is needed'),
  countsPulls: () => false,
  pullsLeft: () => undefined,
};

const MESSAGES: Partial<Record<ErrorType, string>> = {
  server_error: 'writing blob: received unexpected HTTP status: 503 Service Unavailable',
  rate_limited: 'reading manifest 1 in source.example/x: toomanyrequests: slow down',
};

const result = (source: string, destination: string, errorType?: ErrorType): OperationResult => ({
  operation: 'copy',
  source,
  destination,
  transferredBytes: 10,
  blobs: [],
  durationSeconds: 0,
  attempts: 1,
  ...(errorType === undefined
    ? { outcome: 'success', exitCode: 0, digest: 'sha256:copied' }
    : { outcome: 'error', exitCode: 1, errorType, message: MESSAGES[errorType] ?? 'it failed' }),
});

/** What each attempt of each image ends with; success where nothing is said. */
type Script = Readonly<Record<string, readonly (ErrorType | undefined)[]>>;

const scripted = (script: Script, during: (source: string) => Promise<void> = () => turn()) => {
  const attempts: string[] = [];
  const copyImage: SkopeoPort['copyImage'] = async (source, destination) => {
    const number = attempts.filter((one) => one === source).length;
    attempts.push(source);
    await during(source);
    return result(source, destination, script[source]?.[number]);
  };
  return { attempts, copyImage };
};

const run = (
  images: readonly PlannedImage[],
  copyImage: SkopeoPort['copyImage'],
  job = JOB,
  changes: Partial<RunContext> = {},
  stopReason?: string,
) => {
  const refuse = async () => assert.fail('only copies are expected');
  const context: RunContext = {
    skopeo: { copyImage, inspectRaw: refuse, listTags: refuse, createdAt: refuse, deleteImage: refuse },
    lookup: LOOKUP,
    memory: new SyncMemory(),
    pauses: new RegistryPauses(systemClock),
    outages: new RegistryOutages(systemClock),
    clock: systemClock,
    signal: new AbortController().signal,
    random: () => 0,
    nowMs: systemClock.wallMs(),
    ...changes,
  };
  return runPlan(job, { images, dropped: [], failures: [], otherShards: 0 }, context, stopReason);
};

const names = (...all: string[]) => all.map((name) => plannedImage(name, `docker://mirror.example/${name}:1`));
const source = (name: string): string => `docker://source.example/${name}:1`;

test('images are copied side by side, no more than allowed, and reported in the order of the plan', async () => {
  let running = 0;
  let most = 0;
  const { copyImage } = scripted({}, async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
  });
  const images = names('a', 'b', 'c', 'd', 'e', 'f');
  const reports = await run(images, copyImage);
  assert.equal(most, 3);
  assert.deepEqual(
    reports.map((report) => report.source),
    images.map((image) => image.source),
  );
  assert.ok(
    reports.every(
      ({ outcome, digest, attempts, bytes }) =>
        outcome === 'copied' && digest === 'sha256:copied' && attempts === 1 && bytes === 10,
    ),
  );
});

test('an attempt that can be mended is made again, the bytes of all are counted', async () => {
  const { copyImage, attempts } = scripted({ [source('a')]: ['server_error', 'connection_lost'] });
  const [report] = await run(names('a'), copyImage);
  assert.equal(attempts.length, 3);
  assert.deepEqual([report?.outcome, report?.attempts, report?.bytes], ['copied', 3, 30]);
});

test('a failure that cannot be mended is told with class, words and next step, and the others go on', async () => {
  const { copyImage, attempts } = scripted({ [source('a')]: ['unauthorized'] });
  const [failed, done] = await run(names('a', 'b'), copyImage);
  assert.equal(attempts.length, 2);
  assert.deepEqual(
    [failed?.outcome, failed?.errorType, failed?.message, failed?.attempts],
    ['failed', 'unauthorized', 'it failed', 1],
  );
  assert.match(failed?.next ?? '', /Log in/);
  assert.equal(done?.outcome, 'copied');
});

test('a registry that limits the rate is left in peace, others are not', async () => {
  const limited = ['a', 'b'].map((name) => plannedImage(name, `docker://mirror.example/${name}:1`));
  const free = ['c', 'd', 'e'].map((name) =>
    plannedImage(name, `docker://mirror.example/${name}:1`, undefined, `docker://free.example/${name}:1`),
  );
  const { copyImage, attempts } = scripted({ [source('a')]: ['rate_limited'] });
  const limits: string[] = [];
  const observer: SyncObserver = { rateLimited: (registry) => limits.push(registry) };
  // A pause that the others are copied in, however busy the machine is.
  const job = { ...JOB, parallel: 1, retry: { ...JOB.retry, rateLimitDelaySeconds: 1 } };
  const reports = await run([...limited, ...free], copyImage, job, { observer });
  assert.ok(reports.every(({ outcome }) => outcome === 'copied'));
  assert.deepEqual(limits, ['source.example']);
  assert.deepEqual(
    attempts.slice(1, 4),
    free.map((image) => image.source),
  );
  assert.deepEqual(attempts.slice(4), [source('a'), source('b')]);
});

const pausedFor = (seconds: number, registry = 'source.example'): RegistryPauses => {
  const pauses = new RegistryPauses(systemClock);
  pauses.pause(registry, seconds);
  return pauses;
};

test('a registry is left in peace for as long as it asks for', async () => {
  const { copyImage, attempts } = scripted({ [source('a')]: ['rate_limited'] });
  const pauses = new RegistryPauses(systemClock);
  const asked: [string, number][] = [];
  pauses.listen((...pause) => asked.push(pause));
  const lookup = { ...LOOKUP, requestedPauseSeconds: async () => 0.02 };
  const [report] = await run(names('a'), copyImage, JOB, { lookup, pauses });
  assert.deepEqual([report?.outcome, attempts.length], ['copied', 2]);
  assert.deepEqual(asked, [['source.example', 0.02]]);
});

test('a pause that others asked for holds for copies too', async () => {
  const startedMs = performance.now();
  const pauses = pausedFor(0.05);
  let startsAtMs = 0;
  const { copyImage } = scripted({}, async () => {
    startsAtMs = performance.now();
  });
  await run(names('a'), copyImage, JOB, { pauses });
  assert.ok(startsAtMs - startedMs > 40, 'started too early');
});

test('a pause longer than a run waits fails its images at once, and nobody else', async () => {
  const free = plannedImage('c', 'docker://mirror.example/c:1', undefined, 'docker://free.example/c:1');
  const { copyImage, attempts } = scripted({});
  const reports = await run([...names('a', 'b'), free], copyImage, JOB, { pauses: pausedFor(3600) });
  assert.deepEqual(
    reports.map(({ outcome, errorType }) => [outcome, errorType]),
    [
      ['failed', 'rate_limited'],
      ['failed', 'rate_limited'],
      ['copied', undefined],
    ],
  );
  assert.match(reports[0]?.message ?? '', /asks to wait 3600 s/);
  assert.deepEqual(attempts, [free.source]);
});

const OUT_AFTER =
  'initializing source docker://source.example/a:1: pinging container registry source.example: i/o timeout';

test('images of a registry that does not answer fail at once when it is given up, and nobody else', async () => {
  const clock = { ...systemClock, monotonicMs: () => (nowMs += 30_000) };
  let nowMs = 0;
  const attempts: string[] = [];
  const copyImage: SkopeoPort['copyImage'] = async (from, to) => {
    attempts.push(from);
    if (from.includes('free.example')) return result(from, to);
    return { ...result(from, to, 'timeout'), message: OUT_AFTER };
  };
  const free = plannedImage('z', 'docker://mirror.example/z:1', undefined, 'docker://free.example/z:1');
  const job = { ...JOB, parallel: 1, retry: { ...JOB.retry, times: 0 } };
  const outages = new RegistryOutages(clock);
  const reports = await run([...names('a', 'b', 'c', 'd', 'e'), free], copyImage, job, { clock, outages });
  assert.deepEqual(
    reports.map(({ outcome, attempts: tried }) => [outcome, tried]),
    [...Array(3).fill(['failed', 1]), ...Array(2).fill(['failed', 0]), ['copied', 1]],
  );
  assert.equal(reports[0]?.message, OUT_AFTER);
  assert.match(reports[4]?.message ?? '', /^not tried, since source\.example has not answered for \d+ s$/);
  assert.deepEqual(attempts, [source('a'), source('b'), source('c'), free.source]);
});

/** A message of skopeo for every image, or success. */
const saying = (messageOf: (source: string) => string | undefined) => {
  const attempts: string[] = [];
  const copyImage: SkopeoPort['copyImage'] = async (from, to) => {
    attempts.push(from);
    await turn();
    const message = messageOf(from);
    const errorType = message === undefined ? undefined : classifyMessage(message);
    return { ...result(from, to, errorType), ...defined({ message }) };
  };
  return { attempts, copyImage };
};

const MANY = Array.from({ length: 20 }, (_, at) => `i${at}`);

test('a destination that refuses everything for one reason is not asked again after three refusals', async () => {
  const upload = 'writing blob: initiating layer upload to /v2/x/blobs/uploads/ in mirror.example: ';
  const reasons = [
    'denied: requested access to the resource is denied',
    'unauthorized: authentication required',
    'denied: The system is in read only mode. Any modification is not prohibited.',
    'denied: adding 29.0 MiB of storage resource, which will exceed the configured upper limit of 10.0 MiB.',
    'unsupported: The operation is unsupported.',
  ];
  for (const reason of reasons) {
    const { attempts, copyImage } = saying(() => upload + reason);
    const reports = await run(names(...MANY), copyImage, { ...JOB, parallel: 1 });
    assert.equal(attempts.length, 3, reason);
    assert.equal(reports.filter(({ outcome }) => outcome === 'failed').length, MANY.length);
    const [, , third, fourth] = reports;
    assert.equal(fourth?.errorType, third?.errorType);
    assert.equal(fourth?.next, third?.next);
    assert.equal(fourth?.attempts, 0);
    assert.match(fourth?.message ?? '', /^not tried after 3 refusals: writing blob: /);
  }
});

test('a full disk is not tried again for every image', async () => {
  await using dir = await tempDir('full');
  const { attempts, copyImage } = saying(
    () => `writing blob: write ${dir.join('dir-put-blob1')}: no space left on device`,
  );
  const images = MANY.map((name) => plannedImage(name, `dir:${dir.join(name)}`));
  await run(images, copyImage, { ...JOB, parallel: 1 });
  assert.equal(attempts.length, 3);
});

test('what refuses single images, or in turn for different reasons, is asked on', async () => {
  const denied = 'writing blob: initiating layer upload to /v2/x/blobs/uploads/ in mirror.example: denied';
  const some = saying((from) => (from === source('i0') ? undefined : denied));
  await run(names(...MANY), some.copyImage, { ...JOB, parallel: 1 });
  assert.equal(some.attempts.length, MANY.length);
  const kinds = [denied, denied.replace('denied', 'unauthorized')];
  const turns = saying((from) => kinds[Number(/i(\d+)/.exec(from)?.[1]) % 2]);
  await run(names(...MANY), turns.copyImage, { ...JOB, parallel: 1 });
  assert.equal(turns.attempts.length, MANY.length);
  const artifact = saying(() => 'creating an updated image manifest: unsupported image-specific operation on artifact');
  await run(names(...MANY), artifact.copyImage, { ...JOB, parallel: 1 });
  assert.equal(artifact.attempts.length, MANY.length);
});

test('a repository that may not be read costs three pulls, and no other repository', async () => {
  const refused = (from: string): string =>
    `initializing source ${from}: reading manifest 1 in source.example/secret: unauthorized: authentication required`;
  const { attempts, copyImage } = saying((from) => (from.includes('/secret') ? refused(from) : undefined));
  const images = MANY.flatMap((name) => [
    plannedImage(
      `${name}-s`,
      `docker://mirror.example/secret:${name}`,
      undefined,
      `docker://source.example/secret:${name}`,
    ),
    plannedImage(name, `docker://mirror.example/open:${name}`, undefined, `docker://source.example/open:${name}`),
  ]);
  await run(images, copyImage, { ...JOB, parallel: 1 });
  assert.equal(attempts.filter((from) => from.includes('/secret')).length, 3);
  assert.equal(attempts.filter((from) => from.includes('/open')).length, MANY.length);
});

test('a registry that takes layers is not given up, however many of its images fail', async () => {
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => (nowMs += 30_000) };
  const attempts: string[] = [];
  const copyImage: SkopeoPort['copyImage'] = async (from, to, { onLayerFinished }) => {
    attempts.push(from);
    onLayerFinished?.(`sha256:${'a'.repeat(64)}`);
    return { ...result(from, to, 'timeout'), message: OUT_AFTER };
  };
  const job = { ...JOB, parallel: 1, retry: { ...JOB.retry, times: 0 } };
  await run(names('a', 'b', 'c', 'd', 'e'), copyImage, job, { clock, outages: new RegistryOutages(clock) });
  assert.equal(attempts.length, 5);
});

test('a run does not wait for the end of a pause that none of its images needs', async () => {
  const [report] = await run(names('a'), scripted({}).copyImage, JOB, { pauses: pausedFor(600, 'other.example') });
  assert.equal(report?.outcome, 'copied');
});

test('what waits for another attempt when the run is stopped has failed, and says why', async () => {
  const scripts = scripted({
    [source('a')]: ['server_error'],
    [source('b')]: ['rate_limited'],
    [source('c')]: ['denied'],
  });
  const slow = { times: 2, delaySeconds: 600, maxDelaySeconds: 600, rateLimitDelaySeconds: 600 };
  const job: SyncJob = { ...JOB, parallel: 1, retry: slow, onFailure: 'stop' };
  const other = plannedImage('c', 'docker://mirror.example/c:1', undefined, 'docker://free.example/c:1');
  const images = [...names('a', 'b'), { ...other, source: source('c').replace('source.example', 'free.example') }];
  const copyImage: SkopeoPort['copyImage'] = (from, ...rest) =>
    scripts.copyImage(from.replace('free.example', 'source.example'), ...rest);
  const reports = await run(images, copyImage, job);
  assert.deepEqual(
    reports.map(({ outcome, errorType }) => [outcome, errorType]),
    [
      ['failed', 'server_error'],
      ['failed', 'rate_limited'],
      ['failed', 'denied'],
    ],
  );
});

test('a run that may not begin reports every image', async () => {
  const { copyImage, attempts } = scripted({});
  const reports = await run(names('a', 'b'), copyImage, JOB, {}, 'another image failed');
  assert.deepEqual(
    reports.map(({ outcome, reason }) => [outcome, reason]),
    Array(2).fill(['skipped', 'not tried: another image failed']),
  );
  assert.deepEqual(attempts, []);
});

test('stop on the first failure leaves the rest untried, and says so', async () => {
  const { copyImage } = scripted({ [source('a')]: ['denied'] });
  const reports = await run(names('a', 'b', 'c'), copyImage, { ...JOB, parallel: 1, onFailure: 'stop' });
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['failed', 'skipped', 'skipped'],
  );
  assert.equal(reports[1]?.reason, 'not tried: another image failed');
});

test('a signal ends what runs, and every image still has its report', async () => {
  const controller = new AbortController();
  const copyImage: SkopeoPort['copyImage'] = async (from, to, _options, signal) => {
    setImmediate(() => controller.abort());
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return result(from, to, 'canceled');
  };
  const reports = await run(names('a', 'b', 'c', 'd', 'e'), copyImage, JOB, { signal: controller.signal });
  assert.deepEqual(reports.map(({ outcome }) => outcome).toSorted(), [
    'failed',
    'failed',
    'failed',
    'skipped',
    'skipped',
  ]);
  assert.ok(reports.every(({ outcome, errorType }) => outcome === 'skipped' || errorType === 'canceled'));
});

test('pulls that are reserved for others are not used, and that is a failure to be seen', async () => {
  const hub = ['a', 'b', 'c'].map((name) => ({
    ...plannedImage(name, `docker://mirror.example/${name}:1`, undefined, `docker://docker.io/library/${name}:1`),
    pulls: 1,
  }));
  const job = { ...JOB, registries: new Map([['docker.io', { pullReserve: 10 }]]) };
  const lookup = { ...LOOKUP, pullsLeft: () => 12 };
  const reports = await run(hub, scripted({}).copyImage, job, { lookup });
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['copied', 'copied', 'failed'],
  );
  assert.equal(reports[2]?.errorType, 'rate_limited');
});

test('observers hear of every image once and of what waits', async () => {
  const heard: string[] = [];
  const waiting: number[] = [];
  const observer: SyncObserver = {
    imageFinished: (outcome) => heard.push(outcome),
    queueChanged: (count) => waiting.push(count),
    retrying: (errorType) => heard.push(errorType),
  };
  const images = [
    ...names('a', 'b'),
    { ...plannedImage('c', 'docker://mirror.example/c:1'), action: 'skip' as const, reason: 'unchanged' },
  ];
  await run(images, scripted({ [source('b')]: ['server_error'] }).copyImage, { ...JOB, parallel: 1 }, { observer });
  assert.deepEqual(heard.toSorted(), ['copied', 'copied', 'server_error', 'unchanged']);
  assert.equal(waiting[0], 1);
  assert.equal(waiting.at(-1), 0);
});

test('a bug of ours is not taken for a failed image', async () => {
  const copyImage = async () => {
    throw new TypeError('a bug');
  };
  await assert.rejects(run(names('a'), copyImage), TypeError);
});

test('of two pauses of a registry the longer one holds', async () => {
  const limited = Promise.withResolvers<void>();
  let failedAtMs = 0;
  const { copyImage, attempts } = scripted(
    { [source('a')]: ['rate_limited', 'rate_limited'], [source('b')]: ['rate_limited'] },
    async (image) => {
      const number = attempts.filter((one) => one === source('a')).length;
      if (image === source('b')) return limited.promise;
      if (number === 2) {
        failedAtMs = performance.now();
        limited.resolve(); // b fails while a's longer pause lasts, and asks for a shorter one
      }
      if (number === 3) assert.ok(performance.now() - failedAtMs > 95, 'resumed too early');
    },
  );
  const reports = await run(names('a', 'b'), copyImage);
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['copied', 'copied'],
  );
});
