import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { failuresText } from '../../src/display/sync/failures.ts';
import { summaryLine } from '../../src/display/sync/render-report.ts';
import type { Repository } from '../../src/image/docker-reference.ts';
import type { RegistryAccess } from '../../src/registry/access.ts';
import type { RegistryLookup } from '../../src/registry/lookup.ts';
import { RegistryPausedError } from '../../src/registry/pauses.ts';
import { loadMemory } from '../../src/sync/check/memory-file.ts';
import { loadSyncFile } from '../../src/sync/config/load-sync-file.ts';
import type { SyncJob } from '../../src/sync/job.ts';
import { parseImageList, reduceToList } from '../../src/sync/plan/image-list.ts';
import { planSync } from '../../src/sync/plan-sync.ts';
import type { SyncReport } from '../../src/sync/report.ts';
import { runSync, type SyncContext, type SyncOptions } from '../../src/sync/sync.ts';
import { createLayout, HOST_PLATFORM, type OciLayout } from '../support/images.ts';
import { startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';
import { realContext } from './support/context.ts';

const NEEDS_ROOT = process.getuid?.() === 0 ? false : 'mounting a file system needs root';

const resources = new AsyncDisposableStack();
let layout: OciLayout;
let source: Registry;
let destination: Registry;
const layerDigests: string[] = [];

before(async () => {
  const dir = resources.use(await tempDir('sync'));
  source = resources.use(await startRegistry());
  destination = resources.use(await startRegistry({ deletion: true }));
  layout = await createLayout(dir.join('layout'));
  for (const name of ['a', 'b', 'c']) {
    const { layers } = await layout.addImage(name, { layers: [{ sizeBytes: 2000 }], seed: name });
    layerDigests.push(...layers.map(({ digest }) => digest));
  }
});
after(() => resources.disposeAsync());

const seed = async (repository: string, tags: Readonly<Record<string, string>>): Promise<void> => {
  for (const [tag, image] of Object.entries(tags)) await source.seed(layout.reference(image), `${repository}:${tag}`);
};

/** A job from `HOST` to `DEST`. */
const job = (body: string, from = source.host, to = destination.host): SyncJob => {
  const registries = `registries:\n  "${from}": { tls-verify: false }\n  "${to}": { tls-verify: false }\n`;
  return loadSyncFile('/mirror.yml', registries + body.replaceAll('HOST', from).replaceAll('DEST', to), {}).job;
};

const run = async (what: SyncJob, context: SyncContext, options: SyncOptions = {}): Promise<SyncReport> => {
  const report = await runSync(what, context, options);
  assert.ok(report !== undefined);
  return report;
};

test('the next step after a failure names keys of the file, not flags that are refused beside it', async () => {
  await using own = await tempDir('sync-next');
  await seed('secure/app', { '1': 'a' });
  const text = `images:
    - { source: '${source.host}/secure/app', destination: '${destination.host}/secure/{{name}}' }
    - { source: '${source.host}/secure/app:1', destination: '${destination.host}/secure/one' }`;
  const report = await run(loadSyncFile('/mirror.yml', text, {}).job, realContext(own));
  const steps = [...report.failures, ...report.images].map(({ next }) => next);
  assert.equal(steps.length, 2);
  for (const step of steps) assert.match(step ?? '', /set "tls-verify: false" for it below "registries"/);
});

test('some images fail, the others arrive: status 3, and every failure is explained', async () => {
  await using own = await tempDir('sync-some');
  await seed('some/app', { '1': 'a', '2': 'b' });
  const some = job(
    `
retry: { times: 0 }
images:
  - { source: HOST/some/app, tags: ['1', gone], destination: DEST/some/app }
  - { source: HOST/none/app, destination: DEST/none/app }
  - { source: HOST/some/app, tags: { include: [nothing] }, destination: DEST/other/app }
`
      .replaceAll('HOST/', `"${source.host}/`)
      .replaceAll('app,', 'app",')
      .replaceAll('DEST/', `"${destination.host}/`)
      .replaceAll('app }', 'app" }'),
  );
  const report = await run(some, realContext(own));
  assert.equal(report.exitCode, 3);
  assert.deepEqual(report.totals, { copied: 1, unchanged: 0, skipped: 0, failed: 1, bytes: 0, pruned: 0 });
  const failed = report.images.find(({ outcome }) => outcome === 'failed');
  assert.equal(failed?.errorType, 'not_found');
  assert.match(failed?.message ?? '', /manifest unknown/);
  assert.deepEqual(
    report.failures.map(({ errorType }) => errorType),
    ['not_found', 'not_found'],
  );
  assert.match(report.failures[0]?.message ?? '', /name unknown|not known|404/);
  assert.match(report.failures[1]?.message ?? '', /nothing of .* was selected \(2 tags dropped\)/);
  assert.match(summaryLine(report), /^copied 1, unchanged 0, 1 failed and 2 sources failed \(3 not_found\); 0 B in /);
  const table = failuresText(report).trimEnd().split('\n');
  assert.match(table[0] ?? '', /^ERROR +IMAGE +MESSAGE +NEXT STEP$/);
  assert.equal(table.length, 4);
});

test('when nothing succeeds the status is 1', async () => {
  await using own = await tempDir('sync-nothing');
  const none = job('retry: { times: 0 }\nimages:\n  - { source: "HOST/none/app", tags: [x], destination: "DEST/x" }\n');
  assert.equal((await run(none, realContext(own))).exitCode, 1);
});

test('faults of a registry that pass are mended by another attempt', async () => {
  await using own = await tempDir('sync-faults');
  await seed('faults/app', { '1': 'a', '2': 'b', '3': 'c' });
  await using proxy = await startProxy(source, {
    // Newer versions of skopeo forgive that a config cannot be read, and read it again later.
    rules: [
      {
        match: { path: new RegExp(`/blobs/(?:${layerDigests.join('|')})`), times: 2 },
        do: { answer: { status: 503 } },
      },
    ],
  });
  const faulty = job(
    'retry: { delay: 10ms }\nimages:\n  - { source: "HOST/faults/app", destination: "DEST/faults/app" }\n',
    proxy.host,
  );
  const report = await run(faulty, realContext(own));
  assert.equal(report.exitCode, 0, failuresText(report));
  assert.equal(
    report.images.reduce((sum, { attempts }) => sum + attempts, 0),
    5,
  );
});

test('a repository that cannot be listed for a moment is listed again, one that does not exist is not', async () => {
  await using own = await tempDir('sync-listing');
  await seed('listing/app', { '1': 'a' });
  const rules = [{ match: { path: /listing\/app\/tags\/list/, times: 2 }, do: { answer: { status: 503 } } }];
  await using proxy = await startProxy(source, { rules });
  const retry = 'retry: { delay: 10ms, max-delay: 20ms }\n';
  const listed = job(`${retry}images:\n  - { source: "HOST/listing/app", destination: "DEST/{{path}}" }\n`, proxy.host);
  const report = await run(listed, realContext(own));
  assert.equal(report.exitCode, 0, failuresText(report));
  const missing = job(
    `${retry}images:\n  - { source: "HOST/missing/app", destination: "DEST/{{path}}" }\n`,
    proxy.host,
  );
  assert.equal((await run(missing, realContext(own))).failures[0]?.errorType, 'not_found');
  assert.equal(proxy.count({ path: /missing\/app\/tags\/list/ }), 2, 'once directly and once by skopeo');
});

/** A context whose lookup is told to wait twice when it lists a repository, and the order in which images are copied. */
const withLimitOn = (path: string, own: Parameters<typeof realContext>[0], waitSeconds: number) => {
  const context = realContext(own);
  const { lookup, skopeo } = context;
  const copied: string[] = [];
  let limits = 2;
  const limited: SyncContext = {
    ...context,
    lookup: {
      ...bound(lookup),
      tags: async (repository, ...rest) => {
        if (repository.path !== path || limits-- <= 0) return lookup.tags(repository, ...rest);
        throw new RegistryPausedError(repository.registry, waitSeconds);
      },
    },
    skopeo: {
      ...skopeo,
      copyImage: (from, ...rest) => {
        copied.push(from.replace(/^.*\//, ''));
        return skopeo.copyImage(from, ...rest);
      },
    },
  };
  return { limited, copied };
};

const bound = (lookup: RegistryLookup): RegistryLookup => ({
  connect: lookup.connect.bind(lookup),
  tags: lookup.tags.bind(lookup),
  head: lookup.head.bind(lookup),
  manifest: lookup.manifest.bind(lookup),
  requestedPauseSeconds: lookup.requestedPauseSeconds.bind(lookup),
  countsPulls: lookup.countsPulls.bind(lookup),
  pullsLeft: lookup.pullsLeft.bind(lookup),
});

const TWO_SOURCES =
  'images:\n  - { source: "HOST/patience/slow", destination: "DEST/{{path}}" }\n' +
  '  - { source: "HOST/patience/free", destination: "DEST/{{path}}" }\n';

test('a registry that asks to be left in peace is served last, and everything arrives', async () => {
  await using own = await tempDir('sync-patience');
  await seed('patience/slow', { '1': 'a' });
  await seed('patience/free', { '1': 'b' });
  const { limited, copied } = withLimitOn('patience/slow', own, 0.02);
  const report = await run(job(TWO_SOURCES), limited);
  assert.equal(report.exitCode, 0, failuresText(report));
  assert.deepEqual(copied, ['free:1', 'slow:1']);
  assert.equal(report.images.length, 2);
});

test('a registry that asks for more patience than a run has fails, the others are done', async () => {
  await using own = await tempDir('sync-impatience');
  const { limited } = withLimitOn('patience/slow', own, 0.02);
  const lookup = {
    ...bound(limited.lookup),
    tags: async (repository: Repository, access: RegistryAccess, signal: AbortSignal) => {
      if (repository.path === 'patience/slow') throw new RegistryPausedError(repository.registry, 7200);
      return limited.lookup.tags(repository, access, signal);
    },
  };
  const report = await run(job(TWO_SOURCES), { ...limited, lookup });
  assert.equal(report.exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ source: name, errorType, message }) => [name, errorType, message]),
    [[`${source.host}/patience/slow`, 'rate_limited', `${source.host} limits the rate and asks to wait 7200 s`]],
  );
});

test('a run that is stopped while a registry is waited for tells of what it left', async () => {
  await using own = await tempDir('sync-patience-stop');
  const controller = new AbortController();
  const { limited, copied } = withLimitOn('patience/slow', own, 600);
  const observer = { retrying: () => controller.abort() };
  const report = await run(job(TWO_SOURCES), { ...limited, observer, signal: controller.signal });
  assert.deepEqual(copied, []);
  assert.deepEqual(
    report.images.map(({ outcome }) => outcome),
    ['unchanged'],
  );
  assert.deepEqual(
    report.failures.map(({ errorType }) => errorType),
    ['canceled'],
  );
});

test('a plan changes nothing and gives a reason for every image', async () => {
  await using own = await tempDir('sync-plan');
  await seed('plan/app', { '1.0': 'a', '1.1': 'b', '2.0-rc1': 'c' });
  const what = job(
    'images:\n  - { source: "HOST/plan/app", destination: "DEST/{{path}}", tags: { semver: [^1], list: [gone] } }\n',
  );
  const context = realContext(own, { stateDirectory: own.join('state') });
  const plan = await planSync(what, context);
  assert.deepEqual(
    plan.images.map(({ source: from, action, reason, selectedBecause }) => [
      from.split(':').at(-1),
      action,
      reason,
      selectedBecause,
    ]),
    [
      ['gone', 'copy', 'new at the destination', 'listed'],
      ['1.0', 'copy', 'new at the destination', 'in range ^1'],
      ['1.1', 'copy', 'new at the destination', 'in range ^1'],
    ],
  );
  assert.deepEqual(
    plan.dropped.map(({ reason }) => reason),
    ['prerelease, in no range'],
  );
  assert.ok((plan.images[1]?.blobs ?? []).some(({ sizeBytes }) => sizeBytes === 2000));
  assert.deepEqual(await destination.client.tags('plan/app'), []);
  assert.deepEqual(await readdir(own.path).then((names) => names.includes('state')), false);
});

test('two sources for one destination are refused before anything is copied', async () => {
  await using own = await tempDir('sync-collision');
  await seed('left/app', { '1': 'a' });
  await seed('right/app', { '1': 'b' });
  const both = job(
    'images:\n  - { source: "HOST/left/app", destination: "DEST/x/{{name}}" }\n  - { source: "HOST/right/app", destination: "DEST/x/{{name}}" }\n',
  );
  await assert.rejects(runSync(both, realContext(own)), { exitCode: 64, message: /would both be written to/ });
  assert.deepEqual(await destination.client.tags('x/app'), []);
});

test('a layer that many images share is sent once, though they are copied side by side', async () => {
  await using own = await tempDir('sync-shared');
  const base = { sizeBytes: 400_000, seed: 'shared base' };
  for (let number = 0; number < 6; number++) {
    const tag = `shared${number}`;
    await layout.addImage(tag, { layers: [base, { sizeBytes: 1000 }], seed: tag });
    await source.seed(layout.reference(tag), `shared/app:${number}`);
  }
  await using to = await startProxy(destination);
  const shared = job(
    'images:\n  - { source: "HOST/shared/app", destination: "DEST/{{path}}" }\n',
    source.host,
    to.host,
  );
  assert.equal((await run(shared, realContext(own))).totals.copied, 6);
  const { digest } = (await layout.addImage('base', { layers: [base] })).layers[0] ?? {};
  const uploads = to.requests.filter(
    ({ method, path }) => method === 'PUT' && path.includes(encodeURIComponent(digest ?? '')),
  );
  assert.equal(uploads.length, 1);
});

test('shards do the whole together', async () => {
  await using own = await tempDir('sync-shards');
  await seed('shards/app', Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`t${number}`, 'a'])));
  const whole = job('images:\n  - { source: "HOST/shards/app", destination: "DEST/{{path}}" }\n');
  const counts = [];
  for (const index of [0, 1, 2]) {
    const report = await run(whole, realContext(own), { shard: { index, count: 3 } });
    assert.equal(report.totals.copied + report.otherShards, 9);
    counts.push(report.totals.copied);
  }
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    9,
  );
  assert.equal((await destination.client.tags('shards/app')).length, 9);
});

test('the newest by creation date are found by skopeo, once', async () => {
  await using own = await tempDir('sync-created');
  await seed('created/app', { x: 'a', y: 'b' });
  const real = realContext(own);
  let asked = 0;
  const skopeo: SyncContext['skopeo'] = {
    ...real.skopeo,
    createdAt: (...args) => {
      asked++;
      return real.skopeo.createdAt(...args);
    },
  };
  const context = realContext(own, { skopeo, stateDirectory: own.join('state') });
  const old = job(
    'job: created\nimages:\n  - { source: "HOST/created/app", destination: "DEST/{{path}}", tags: { max-age: 30d } }\n',
  );
  const plan = await planSync(old, context);
  assert.match(plan.dropped[0]?.reason ?? '', /^created \d+ days ago$/);
  assert.equal(asked, 2);
  const ageless = job(
    'job: created\nimages:\n  - { source: "HOST/created/app", destination: "DEST/{{path}}", tags: { latest: 1, latest-by: created } }\n',
  );
  assert.equal((await run(ageless, context)).totals.copied, 1);
  assert.equal((await run(ageless, context)).totals.unchanged, 1);
  assert.equal(asked, 4);
});

test('an image without a date, or none for this machine, keeps no other from being judged by its own', async () => {
  await using own = await tempDir('sync-created-odd');
  const other = HOST_PLATFORM.architecture === 'arm64' ? 'amd64' : 'arm64';
  await layout.addIndex('foreign', [
    { layers: [{ sizeBytes: 500 }], platform: { os: 'linux', architecture: other }, seed: 'foreign' },
  ]);
  await seed('odd/app', { x: 'a', foreign: 'foreign' });
  const body = JSON.stringify({ name: 'odd/app', tags: ['x', 'foreign', 'gone'] });
  await using proxy = await startProxy(source, {
    rules: [{ match: { path: /\/tags\// }, do: { answer: { status: 200, body } } }],
  });
  const what = 'images:\n  - { source: "HOST/odd/app", destination: "DEST/{{path}}", tags: { max-age: 30000d } }\n';
  const plan = await planSync(job(what, proxy.host), realContext(own));
  assert.deepEqual(plan.failures, []);
  assert.deepEqual(plan.images.map(({ tag }) => tag).toSorted(), ['foreign', 'x']);
  assert.deepEqual(
    plan.dropped.map(({ reason }) => reason),
    ['has no creation date'],
  );
});

test('a run that is stopped ends its copies and still reports', async () => {
  await using own = await tempDir('sync-stop');
  await seed('stop/app', { '1': 'a', '2': 'b', '3': 'c' });
  await using proxy = await startProxy(source, {
    rules: [{ match: { method: 'GET', path: /\/blobs\// }, do: { silent: true } }],
  });
  const controller = new AbortController();
  const slow = job('parallel: 2\nimages:\n  - { source: "HOST/stop/app", destination: "DEST/{{path}}" }\n', proxy.host);
  const running = run(slow, realContext(own, { signal: controller.signal }));
  await waitFor('two copies to hang', () => proxy.count({ path: /\/blobs\// }) >= 2 || undefined);
  controller.abort();
  const report = await running;
  assert.deepEqual(report.images.map(({ outcome }) => outcome).toSorted(), ['failed', 'failed', 'skipped']);
  assert.ok(report.images.every(({ outcome, errorType }) => outcome === 'skipped' || errorType === 'canceled'));
  assert.equal(report.exitCode, 1);
});

test('a second run of a job meets the lock of the first', async () => {
  await using own = await tempDir('sync-lock');
  await seed('lock/app', { '1': 'a' });
  const controller = new AbortController();
  await using proxy = await startProxy(source, {
    rules: [{ match: { method: 'GET', path: /\/blobs\// }, do: { silent: true } }],
  });
  const locked = job(
    'job: locked\nretry: { times: 0 }\nimages:\n  - { source: "HOST/lock/app", destination: "DEST/{{path}}" }\n',
    proxy.host,
  );
  const context = realContext(own, { stateDirectory: own.join('state') });
  const first = runSync(locked, { ...context, signal: controller.signal });
  await waitFor('the first run to copy', () => proxy.count({ path: /\/blobs\// }) > 0 || undefined);
  await assert.rejects(runSync(locked, context), { exitCode: 75 });
  assert.equal(await runSync(locked, context, { lock: 'skip' }), undefined);
  const waiting = new AbortController();
  const second = runSync(locked, { ...context, signal: waiting.signal }, { lock: 'wait' });
  waiting.abort({ kind: 'signal', signal: 'SIGTERM' });
  assert.deepEqual((await second)?.failures, [
    {
      source: 'plan',
      errorType: 'canceled',
      message: 'canceled by SIGTERM, before the plan was made',
      next: 'Run it again.',
    },
  ]);
  controller.abort();
  assert.equal((await first)?.exitCode, 1);
});

test('runs of lists go side by side, and the job remembers what each of them did', async () => {
  await using own = await tempDir('sync-lists');
  await seed('lists/app', { '1': 'a', '2': 'b' });
  const whole = job('job: lists\nimages:\n  - { source: "HOST/lists/app", destination: "DEST/{{path}}" }\n');
  const context = realContext(own, { stateDirectory: own.join('state') });
  const runs = ['1', '2'].map(async (tag) => {
    const list = await parseImageList([`${source.host}/lists/app:${tag} ${destination.host}/lists/app:${tag}`]);
    return run(reduceToList(whole, list), context, { isList: true });
  });
  assert.deepEqual(
    (await Promise.all(runs)).map(({ totals }) => totals.copied),
    [1, 1],
  );
  const { owned } = await loadMemory(own.join('state', 'sync', 'lists.json'));
  assert.equal(Object.keys(owned).length, 2);
});

test('a state directory that cannot be written stops no copy, and is told', async () => {
  await using own = await tempDir('sync-stateless');
  await seed('stateless/app', { '1': 'a' });
  await writeFile(own.join('file'), '');
  const what = job('job: s\nimages:\n  - { source: "HOST/stateless/app", destination: "DEST/{{path}}" }\n');
  const warnings: string[] = [];
  const context = realContext(own, {
    stateDirectory: own.join('file', 'state'),
    warn: (message) => void warnings.push(message),
  });
  assert.equal((await run(what, context)).totals.copied, 1);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? '', /cannot lock in .*file\/state\/sync: ENOTDIR/);
  assert.match(warnings[1] ?? '', /could not be kept/);
  await assert.rejects(run(what, context, { lock: 'wait' }), { exitCode: 74 });
});

const PRUNE = 'job: prune\nprune: { enabled: true, max-share: 0.5 }\n';
const only = (tags: string, repository = 'prune/app'): SyncJob =>
  job(
    `${PRUNE}images:\n  - { source: "HOST/${repository}", destination: "DEST/{{path}}", tags: { include: ['${tags}'] } }\n`,
  );

test('prune removes what the job wrote and no longer wants, and nothing else', async () => {
  await using own = await tempDir('sync-prune');
  await seed('prune/app', { v1: 'a', v2: 'b', v3: 'c', w1: 'a' });
  await destination.seed(layout.reference('c'), 'prune/app:foreign');
  const context = realContext(own, { stateDirectory: own.join('state') });
  assert.equal((await run(only('v*'), context)).totals.copied, 3);

  const plan = await planSync(only('v[12]'), context);
  assert.ok(plan.prune !== undefined && 'verdicts' in plan.prune);
  assert.deepEqual(
    plan.prune.verdicts.map(({ action, reason }) => [action, reason]),
    [['keep', 'is the same image as tag foreign']],
  );

  const narrowed = await run(only('v[13]'), context);
  assert.deepEqual(
    narrowed.prune?.map(({ destination: tag, outcome }) => [tag.split(':').at(-1), outcome]),
    [['v2', 'removed']],
  );
  assert.deepEqual((await destination.client.tags('prune/app')).toSorted(), ['foreign', 'v1', 'v3']);
  assert.equal(narrowed.exitCode, 0);
});

test('a run that is stopped while it looks at what to prune has its report, and removes nothing', async () => {
  for (const stopAt of [1, 2]) {
    await using own = await tempDir('sync-prune-stop');
    const repositories = ['app', 'tool'].map((name) => `prune-stop/${name}${stopAt}`);
    for (const repository of repositories) await seed(repository, { v1: 'a', v2: 'b' });
    const both = (tags: string): SyncJob => {
      const [first, second] = repositories.map((repository) => only(tags, repository));
      assert.ok(first !== undefined && second !== undefined);
      return { ...first, entries: [...first.entries, ...second.entries] };
    };
    const context = { ...realContext(own), stateDirectory: own.join('state') };
    assert.equal((await run(both('v[12]'), context)).exitCode, 0);
    const controller = new AbortController();
    let listings = 0;
    const lookup: RegistryLookup = {
      ...bound(context.lookup),
      tags: async (where, access, signal) => {
        if (where.registry === destination.host && ++listings === stopAt) controller.abort();
        return context.lookup.tags(where, access, signal);
      },
    };
    const stopped = await run(both('v1'), { ...context, lookup, signal: controller.signal });
    assert.equal(listings, stopAt);
    assert.deepEqual(
      stopped.images.map(({ outcome }) => outcome),
      ['unchanged', 'unchanged'],
    );
    assert.equal(stopped.totals.pruned, 0);
    for (const repository of repositories)
      assert.deepEqual((await destination.client.tags(repository)).toSorted(), ['v1', 'v2']);
  }
});

test('prune does nothing when a source fails, when too much would go, or when it shrank', async () => {
  await using own = await tempDir('sync-no-prune');
  const guard = (tags: string) => only(tags, 'guard/app');
  await seed('guard/app', { v1: 'a', v2: 'b', v3: 'c' });
  const context = realContext(own, { stateDirectory: own.join('state') });
  await run(guard('v*'), context);
  const tagsBefore = await destination.client.tags('guard/app');

  const tooMuch = await run(guard('v1'), context);
  assert.equal(tooMuch.exitCode, 3);
  assert.match(tooMuch.failures[0]?.message ?? '', /2 of 3 tags \(67 %\) would go, at most 50 % may/);
  assert.equal(tooMuch.failures[0]?.errorType, 'prune_refused');

  assert.equal((await run(guard('x*'), context)).exitCode, 1);
  const failing = job(`${PRUNE}images:
  - { source: "HOST/guard/app", destination: "DEST/{{path}}", tags: { include: ['v[12]'] } }
  - { source: "HOST/guard/gone", destination: "DEST/{{path}}" }\n`);
  const failed = await run(failing, context);
  assert.equal(failed.exitCode, 3);
  assert.match(
    summaryLine(failed),
    /, pruned nothing \(a source could not be listed, or had too few images\), 1 source/,
  );
  assert.deepEqual(await destination.client.tags('guard/app'), tagsBefore);
});

test('what a job wrote in other shards is pruned as well: their number may change', async () => {
  await using own = await tempDir('sync-prune-shards');
  const tags = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'keep'];
  for (const tag of tags) await layout.addImage(`reshard-${tag}`, { layers: [{ sizeBytes: 500 }], seed: tag });
  await seed('reshard/app', Object.fromEntries(tags.map((tag) => [tag, `reshard-${tag}`])));
  const context = realContext(own, { stateDirectory: own.join('state') });
  const sharded = (tag: string): SyncJob => ({ ...only(tag, 'reshard/app'), prune: { maxShare: 1 } });
  for (const index of [0, 1]) await run(sharded('*'), context, { shard: { index, count: 2 } });
  assert.equal((await destination.client.tags('reshard/app')).length, 7);
  for (const index of [0, 1, 2]) await run(sharded('keep'), context, { shard: { index, count: 3 } });
  assert.deepEqual(await destination.client.tags('reshard/app'), ['keep']);
});

test('several tags of one image are pruned together', async () => {
  await using own = await tempDir('sync-prune-twins');
  await seed('twins/app', { '1': 'a', '1.2': 'a', '2': 'b', keep: 'c' });
  const context = realContext(own, { stateDirectory: own.join('state') });
  const twins = (tags: string): SyncJob => ({ ...only(tags, 'twins/app'), prune: { maxShare: 0.8 } });
  await run(twins('*'), context);
  const report = await run(twins('keep'), context);
  assert.deepEqual(
    report.prune?.map(({ outcome }) => outcome),
    ['removed', 'removed', 'removed'],
  );
  assert.equal(report.exitCode, 0);
  assert.deepEqual(await destination.client.tags('twins/app'), ['keep']);
  assert.equal((await run(twins('keep'), context)).prune?.length, 0);
});

test('a tag that somebody else has replaced is no longer the job’s to remove', async () => {
  await using own = await tempDir('sync-replaced');
  await seed('replaced/app', { v1: 'a', v2: 'b' });
  const of = (tags: string) =>
    job(
      `${PRUNE}images:\n  - { source: "HOST/replaced/app", destination: "DEST/{{path}}", tags: { include: ['${tags}'] } }\n`,
    );
  const context = realContext(own, { stateDirectory: own.join('state') });
  await run(of('v*'), context);
  await destination.seed(layout.reference('c'), 'replaced/app:v2');
  const report = await run(of('v1'), context);
  assert.deepEqual(
    report.prune?.map(({ outcome, reason }) => [outcome, reason]),
    [['kept', 'was replaced by somebody else']],
  );
  assert.equal((await run(of('v1'), context)).prune?.length, 0);
});

test('prune without a name or a memory is refused', async () => {
  await using own = await tempDir('sync-nameless');
  await assert.rejects(runSync(only('v*'), realContext(own)), { exitCode: 64 });
});

test('an existing directory is replaced as a whole, and refused in the form of skopeo', async () => {
  await using own = await tempDir('sync-directory');
  await seed('directory/app', { '1': 'a' });
  await mkdir(own.join('out', '1'), { recursive: true });
  const what = job(
    `retry: { times: 0 }\nimages:\n  - { source: "HOST/directory/app", destination: "dir:${own.join('out')}", platforms: system }\n`,
  );
  const refusing = {
    ...what,
    entries: what.entries.map((entry) => ({ ...entry, existingDirectory: 'refuse' as const })),
  };
  const refused = await run(refusing, realContext(own));
  assert.equal(refused.images[0]?.errorType, 'destination_conflict');
  assert.equal((await run(what, realContext(own))).totals.copied, 1);
  assert.deepEqual(await readdir(own.join('out')), ['1']);
  assert.ok((await readdir(own.join('out', '1'))).includes('manifest.json'));
});

test('a local path that cannot be used fails its image alone', { skip: NEEDS_ROOT }, async () => {
  await using own = await tempDir('sync-files');
  await using _disk = await mountSmallDisk(own.join('readonly'), { sizeKiB: 64, readOnly: true });
  await seed('files/app', { '1': 'a' });
  await writeFile(own.join('file'), '');
  const places = ['file/{{name}}', 'readonly/{{name}}', 'good/{{name}}'].map((place) => `"dir:${own.join(place)}"`);
  const what = job(
    `retry: { times: 0 }\nimages:\n  - { source: "HOST/files/app", destination: [${places.join(', ')}] }\n`,
  );
  const report = await run(what, realContext(own));
  assert.deepEqual(
    report.images.map(({ outcome, errorType }) => [outcome, errorType]),
    [
      ['failed', 'destination_conflict'],
      ['failed', 'permission'],
      ['copied', undefined],
    ],
  );
  assert.match(report.images[0]?.message ?? '', /not a directory/);
  assert.equal(report.exitCode, 3);
});
