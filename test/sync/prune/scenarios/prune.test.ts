import assert from 'node:assert/strict';
import { chmod, link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { EXIT, WrapperError } from '../../../../src/errors/wrapper-error.ts';
import { parseDockerReference, placeKey, repositoryKey } from '../../../../src/image/docker-reference.ts';
import { SyncMemory } from '../../../../src/sync/check/memory.ts';
import { loadMemory, saveMemory } from '../../../../src/sync/check/memory-file.ts';
import { loadSyncFile } from '../../../../src/sync/config/load-sync-file.ts';
import type { SyncReport } from '../../../../src/sync/report.ts';
import { belongsTo } from '../../../../src/sync/shard.ts';
import { runSync, type SyncContext } from '../../../../src/sync/sync.ts';
import { startProxy } from '../../../support/proxy.ts';
import { type Registry, startRegistry } from '../../../support/registry.ts';
import { mustSkopeo, privateHome } from '../../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../../support/temp.ts';
import { realContext } from '../../support/context.ts';
import { httpSkopeo } from '../model/http-skopeo.ts';
import { makeImage, makeIndex, Store } from '../model/store.ts';
import { FOREIGN, World } from '../model/world.ts';

const resources = new AsyncDisposableStack();
let registry: Registry;
let store: Store;
let world: World;

before(async () => {
  registry = resources.use(await startRegistry({ deletion: true }));
  store = resources.use(new Store(registry.port));
  await store.prepare('base');
  world = new World(store);
});
after(() => resources.disposeAsync());

/** Repositories `NAME/from` and `NAME/to`, the first with these images. */
const given = async (name: string, images: Readonly<Record<string, ReturnType<typeof makeImage>>>): Promise<void> => {
  for (const repository of [`${name}/from`, `${name}/to`]) await store.prepare(repository);
  for (const [tag, image] of Object.entries(images)) await world.put('the source', `${name}/from`, tag, image);
};

interface Wish {
  readonly tags?: unknown;
  readonly digests?: readonly string[];
  readonly host?: string;
  readonly to?: string;
}

const jobOf = (name: string, wishes: readonly Wish[], job: string | undefined = name) =>
  loadSyncFile(
    '/mirror.yml',
    JSON.stringify({
      ...(job === undefined ? {} : { job }),
      retry: { times: 0 },
      prune: { enabled: job !== undefined, 'max-share': 1 },
      registries: { [registry.host]: { 'tls-verify': false } },
      images: wishes.map(({ host = registry.host, to = 'to', ...wish }) => ({
        source: `${registry.host}/${name}/from`,
        destination: `${host}/${name}/${to}`,
        ...wish,
      })),
    }),
    {},
  ).job;

const effectsIn = (own: TempDir, changes: Partial<SyncContext> = {}): SyncContext => {
  const skopeo = { ...realContext(own).skopeo, ...pick(httpSkopeo('job', world, store)) };
  return realContext(own, { skopeo, stateDirectory: own.join('state'), ...changes });
};

const pick = ({ copyImage, deleteImage }: ReturnType<typeof httpSkopeo>) => ({ copyImage, deleteImage });

type Lookup = SyncContext['lookup'];

/** A lookup that does some things otherwise. */
const changed = (lookup: Lookup, changes: Partial<Lookup>): Lookup => ({
  connect: () => undefined,
  requestedPauseSeconds: async () => undefined,
  countsPulls: () => false,
  pullsLeft: () => undefined,
  manifest: lookup.manifest.bind(lookup),
  head: lookup.head.bind(lookup),
  tags: lookup.tags.bind(lookup),
  ...changes,
});

const run = async (name: string, wishes: readonly Wish[], context: SyncContext, job?: string): Promise<SyncReport> => {
  const report = await runSync(jobOf(name, wishes, job), context);
  assert.ok(report !== undefined);
  return report;
};

const pruned = ({ prune = [] }: SyncReport): string[] =>
  prune
    .map(({ destination, outcome, reason }) => `${outcome} ${destination.split(/to[:@]/).at(-1)}: ${reason}`)
    .toSorted();

const tagsOf = async (name: string) => (await store.tags(`${name}/to`)).toSorted();

test('an index that stays keeps the images it consists of, at any depth, though their tags are not selected', async () => {
  await using own = await tempDir('prune-children');
  const [amd64, arm64] = [makeImage('amd64'), makeImage('arm64')];
  const index = makeIndex([amd64, arm64], 'index');
  await given('children', {
    '1.0-amd64': amd64,
    '1.0-arm64': arm64,
    '1.0': index,
    nested: makeIndex([index], 'outer'),
  });
  const context = effectsIn(own);
  assert.equal((await run('children', [{ tags: { exclude: ['nested'] } }], context)).totals.copied, 3);
  const report = await run('children', [{ tags: { exclude: ['*-amd64', 'nested'] } }], context);
  assert.equal(report.exitCode, 0);
  assert.deepEqual(pruned(report), ['kept 1.0-amd64: is a part of tag 1.0']);
  const copy = [
    'copy',
    '--all',
    '--src-tls-verify=false',
    registry.reference('children/to:1.0'),
    `oci:${own.join('out')}`,
  ];
  await mustSkopeo(copy, { env: privateHome(own.path) });

  await world.put(FOREIGN, 'children/to', 'theirs', makeIndex([index], 'theirs'));
  const deep = await run('children', [{ tags: ['1.0-arm64'] }], context);
  assert.deepEqual(pruned(deep), ['kept 1.0-amd64: is a part of tag theirs', 'kept 1.0: is a part of tag theirs']);
});

test('a part that somebody removed is found where the job prunes, and brought back by a run that verifies', async () => {
  await using own = await tempDir('prune-part');
  const [amd64, arm64] = [makeImage('p amd64'), makeImage('p arm64')];
  await given('part', { amd64, arm64, index: makeIndex([amd64, arm64], 'p index'), old: makeImage('p old') });
  const context = realContext(own, { stateDirectory: own.join('state') });
  assert.equal((await run('part', [{ tags: ['index', 'old'] }], context)).totals.copied, 2);
  await store.delete('part/to', arm64.digest);
  const wish = [{ tags: ['index'] }];
  const doubtful = await run('part', wish, context);
  assert.deepEqual([doubtful.exitCode, doubtful.totals.unchanged], [3, 1]);
  assert.match(
    pruned(doubtful).join(),
    new RegExp(`^failed old: a selected index lacks its part ${arm64.digest}, which`),
  );
  // What another shard has yet to copy says nothing about the part.
  const place = `${registry.host}/part/to`;
  const shard = [0, 1]
    .map((index) => ({ index, count: 2 }))
    .find((one) => belongsTo(one, repositoryKey(parseDockerReference(place))));
  assert.ok(shard !== undefined);
  const elsewhere = Array.from({ length: 20 }, (_, number) => `x${number}`).find(
    (tag) => !belongsTo(shard, placeKey(`docker://${place}:${tag}`)),
  );
  assert.ok(elsewhere !== undefined);
  await world.put('the source', 'part/from', elsewhere, makeImage('p elsewhere'));
  const sharded = await runSync(jobOf('part', [{ tags: ['index', elsewhere] }]), context, { shard });
  assert.match(pruned(sharded as SyncReport).join(), /^failed old: a selected index lacks its part/);
  assert.equal(sharded?.exitCode === 0, false);
  const mended = await runSync(jobOf('part', wish), context, { verify: true });
  assert.deepEqual([mended?.exitCode, mended?.totals.copied], [0, 1]);
  assert.deepEqual(pruned(mended as SyncReport), ['removed old: no longer selected']);
  assert.equal((await store.get('part/to', arm64.digest)).status, 200);
  assert.equal((await runSync(jobOf('part', wish), context, { verify: true }))?.totals.unchanged, 1);
});

test('what an entry selects by its digest stays when its tag goes', async () => {
  await using own = await tempDir('prune-digest');
  const [one, two] = [makeImage('one'), makeImage('two')];
  await given('digest', { '1': one, '2': two });
  const context = effectsIn(own);
  await run('digest', [{}], context);
  const report = await run('digest', [{ tags: ['2'] }, { digests: [one.digest] }], context);
  assert.deepEqual(pruned(report), ['kept 1: is selected by its digest']);
  assert.equal((await store.get('digest/to', one.digest)).status, 200);
});

test('signatures and attachments of what stays are kept, those of what goes are not in its way', async () => {
  await using own = await tempDir('prune-attached');
  const [one, two] = [makeImage('a one'), makeImage('a two')];
  const attached = (tag: string, { digest }: typeof one) =>
    [`${digest.replace(':', '-')}${tag}`, makeImage(`${tag} ${digest}`)] as const;
  const images = Object.fromEntries([
    ['1', one],
    ['2', two],
    ['sbom-1', makeImage('about one', one)],
    ...['', '.sig', '.att', '.sbom'].map((ending) => attached(ending, one)),
    attached('.sig', two),
  ]);
  await given('attached', images);
  const context = effectsIn(own);
  assert.equal((await run('attached', [{}], context)).totals.copied, 8);
  const report = await run('attached', [{ tags: ['1'] }], context);
  assert.deepEqual(report.prune?.filter(({ outcome }) => outcome === 'removed').length, 2, pruned(report).join('\n'));
  assert.deepEqual(
    await tagsOf('attached'),
    Object.keys(images)
      .filter((tag) => tag !== '2' && tag !== attached('.sig', two)[0])
      .toSorted(),
  );
});

test('an image that somebody pushes under a tag between the look and the deletion is not removed', async () => {
  await using own = await tempDir('prune-moved');
  const theirs = makeImage('theirs');
  await given('moved', { '1': makeImage('m one'), '2': makeImage('m two') });
  const context = effectsIn(own);
  await run('moved', [{}], context);
  let looks = 0;
  const { lookup } = context;
  const late = changed(lookup, {
    tags: async (repository, ...rest) => {
      // The second look at the destination is the last one before the deletion.
      if (repository.path === 'moved/to' && ++looks === 2) await world.put(FOREIGN, 'moved/to', '1', theirs);
      return lookup.tags(repository, ...rest);
    },
  });
  const report = await run('moved', [{ tags: ['2'] }], { ...context, lookup: late });
  assert.deepEqual(pruned(report), ['kept 1: was replaced by somebody else']);
  assert.equal((await store.get('moved/to', '1')).digest, theirs.digest);
});

test('not even in the last moment is anything removed but the image that was looked at', async () => {
  await using own = await tempDir('prune-moment');
  const theirs = makeImage('theirs at last');
  await given('moment', { '1': makeImage('l one'), '2': makeImage('l two') });
  const context = effectsIn(own);
  await run('moment', [{}], context);
  const { skopeo } = context;
  const deleteImage: typeof skopeo.deleteImage = async (...args) => {
    await world.put(FOREIGN, 'moment/to', '1', theirs);
    await skopeo.deleteImage(...args);
  };
  await run('moment', [{ tags: ['2'] }], { ...context, skopeo: { ...skopeo, deleteImage } });
  assert.equal((await store.get('moment/to', '1')).digest, theirs.digest);
});

test('the image that is about to go, and no other, is no longer the job’s on the disk: a killed run takes nothing that comes there later, and forgets nothing else', async () => {
  await using own = await tempDir('prune-noted');
  const tags = ['1', '2', '3', '4'];
  await given('noted', Object.fromEntries(tags.map((tag) => [tag, makeImage(`n ${tag}`)])));
  const context = effectsIn(own);
  await run('noted', [{}], context);
  const ownedTags = async () =>
    Object.keys((await loadMemory(own.join('state', 'sync', 'noted.json'))).owned).map((one) => one.split(':').at(-1));
  assert.deepEqual((await ownedTags()).toSorted(), tags);
  const { skopeo } = context;
  const atDeletion: (readonly [owned: number, there: number])[] = [];
  const deleteImage: typeof skopeo.deleteImage = async (...args) => {
    atDeletion.push([(await ownedTags()).length, (await tagsOf('noted')).length]);
    await skopeo.deleteImage(...args);
  };
  await run('noted', [{ tags: ['4'] }], { ...context, skopeo: { ...skopeo, deleteImage } });
  assert.deepEqual(atDeletion, [
    [3, 4],
    [2, 3],
    [1, 2],
  ]);
});

test('another spelling of the registry is the same registry', async () => {
  await using own = await tempDir('prune-spelling');
  await given('spelling', { '1': makeImage('s one'), '2': makeImage('s two') });
  const context = effectsIn(own);
  await run('spelling', [{}], context);
  for (const host of ['localhost', 'LOCALHOST', '127.1']) {
    const report = await run('spelling', [{ host: `${host}:${registry.port}` }], context);
    assert.deepEqual([report.totals.unchanged, pruned(report)], [2, []], host);
  }
  const both = [{}, { host: `localhost:${registry.port}` }];
  assert.equal((await run('spelling', both, context)).images.length, 2, 'one destination, taken once');
  const narrowed = await run('spelling', [{ tags: ['2'], host: `localhost:${registry.port}` }], context);
  assert.deepEqual(pruned(narrowed), ['removed 1: no longer selected']);
});

test('what runs without a name leave is nobody’s, and least of all that of a job called unnamed', async () => {
  await using own = await tempDir('prune-unnamed');
  await given('unnamed', { '1': makeImage('u one'), '2': makeImage('u two') });
  const context = effectsIn(own);
  const nameless = jobOf('unnamed', [{}]);
  const { name: _, prune: __, ...without } = nameless;
  await runSync(without, context);
  const report = await run('unnamed', [{ tags: ['2'] }], context, 'unnamed');
  assert.deepEqual([report.exitCode, pruned(report)], [0, []]);
  assert.deepEqual(await tagsOf('unnamed'), ['1', '2']);
});

/** A memory that says that the job owns tag 1. */
const planted = async (own: TempDir, name: string, digest: string): Promise<string> => {
  const memory = new SyncMemory();
  memory.rememberOwned(registry.reference(`${name}/to:1`), digest);
  const path = own.join('state', 'sync', `${name}.json`);
  await saveMemory(path, memory);
  return path;
};

const FORGERIES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'a file that others may write': (path) => chmod(path, 0o620),
  'a link': async (path) => {
    await rename(path, `${path}.real`);
    await symlink(`${path}.real`, path);
  },
  'a file with two names': (path) => link(path, `${path}.other`),
  'a directory that others may write': (path) => chmod(path.replace(/\/[^/]*$/, ''), 0o770),
  'a directory': async (path) => {
    await rm(path);
    await mkdir(path);
  },
  'a file that is no memory': (path) => writeFile(path, '{'),
};

test('what a job owns is only believed from a file that its user alone can have written', async () => {
  const image = makeImage('forged');
  await given('forged', { '1': image, '2': makeImage('f two') });
  await world.put(FOREIGN, 'forged/to', '1', image);
  for (const [what, forge] of Object.entries(FORGERIES)) {
    await using own = await tempDir('prune-forged');
    await forge(await planted(own, 'forged', image.digest));
    const warnings: string[] = [];
    const report = await run('forged', [{ tags: ['2'] }], effectsIn(own, { warn: (text) => void warnings.push(text) }));
    assert.match(report.pruneRefused ?? '', /^what earlier runs wrote is not known: /, what);
    assert.match(warnings.join('\n'), /what earlier runs wrote is not known/, what);
    assert.deepEqual(await tagsOf('forged'), ['1', '2'], what);
  }
  await using own = await tempDir('prune-believed');
  await planted(own, 'forged', image.digest);
  assert.deepEqual(pruned(await run('forged', [{ tags: ['2'] }], effectsIn(own))), ['removed 1: no longer selected']);
});

test('what lies where the configuration does not write any more is left alone, and told', async () => {
  await using own = await tempDir('prune-outside');
  await given('outside', { '1': makeImage('o one') });
  await store.prepare('outside/elsewhere');
  const context = effectsIn(own);
  await run('outside', [{}], context);
  const report = await run('outside', [{ to: 'elsewhere' }], context);
  assert.deepEqual(pruned(report), ['kept 1: lies where the job does not write any more']);
  assert.deepEqual(await tagsOf('outside'), ['1']);
  assert.match(pruned(await run('outside', [{}], context))[0] ?? '', /^kept .*elsewhere:1: lies where/);
});

test('a tag that its source lists and does not have is in nobody’s way; a bare 404 says nothing', async () => {
  await using own = await tempDir('prune-ghost');
  await given('ghost', { '1': makeImage('g one'), '2': makeImage('g two') });
  const context = effectsIn(own);
  await run('ghost', [{}], context);
  const { lookup } = context;
  const haunted = changed(lookup, {
    tags: async (repository, ...rest) => [...(await lookup.tags(repository, ...rest)), 'ghost'],
  });
  const bare: SyncContext['lookup'] = {
    ...haunted,
    head: async (reference, ...rest) => {
      if (!reference.endsWith('ghost/from:ghost')) return lookup.head(reference, ...rest);
      throw new WrapperError('404', { errorType: 'not_found', exitCode: EXIT.failure, next: '-' });
    },
  };
  const wish = [{ tags: { include: ['2', 'ghost'] } }];
  const doubtful = await run('ghost', wish, { ...context, lookup: bare });
  assert.deepEqual(pruned(doubtful), ['kept 1: images of this run failed']);
  const report = await run('ghost', wish, { ...context, lookup: haunted });
  assert.equal(report.exitCode, 3);
  assert.deepEqual(pruned(report), ['removed 1: no longer selected']);
});

test('a gateway that answers 404 for a tag makes nobody forget whose it is', async () => {
  await using own = await tempDir('prune-gateway');
  await given('gateway', { '1': makeImage('w one'), '2': makeImage('w two') });
  await using proxy = await startProxy(registry);
  const context = effectsIn(own);
  const wish = { host: proxy.host };
  const settings = (job: ReturnType<typeof jobOf>) => ({
    ...job,
    destinationAccess: new Map([['', { tlsVerify: false }]]),
  });
  await runSync(settings(jobOf('gateway', [wish])), context);
  proxy.setRules([
    { match: { path: /gateway\/to\/manifests\/1/ }, do: { answer: { status: 404, body: 'no such page' } } },
  ]);
  const doubtful = await runSync(settings(jobOf('gateway', [{ ...wish, tags: ['2'] }])), effectsIn(own));
  assert.match(pruned(doubtful as SyncReport)[0] ?? '', /^failed 1: could not be examined/);
  assert.equal(doubtful?.exitCode, 3);
  proxy.setRules([]);
  const report = await runSync(settings(jobOf('gateway', [{ ...wish, tags: ['2'] }])), effectsIn(own));
  assert.deepEqual(pruned(report as SyncReport), ['removed 1: no longer selected']);
});
