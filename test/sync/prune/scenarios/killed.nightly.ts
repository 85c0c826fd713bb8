import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { openScene, type Scene } from '../../../e2e/scene.ts';
import { checkProperty } from '../../../support/check-property.ts';
import { startProxy } from '../../../support/proxy.ts';
import { startRegistry } from '../../../support/registry.ts';
import { sequences } from '../../../support/sequences.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { type MadeManifest, makeImage, makeIndex, Store } from '../model/store.ts';

/** Each starts the program a dozen times. */
const SEQUENCES_OF_A_MODEL_PER_ONE = 40;

const [AMD64, ARM64] = [makeImage('amd64'), makeImage('arm64')];
const IMAGES: Readonly<Record<string, MadeManifest>> = {
  'v1-amd64': AMD64,
  'v1-arm64': ARM64,
  v1: makeIndex([AMD64, ARM64], 'v1'),
  'v1-again': AMD64,
  sbom: makeImage('about v1-arm64', ARM64),
  v2: makeImage('v2'),
  v3: makeImage('v3'),
};
const TAGS = Object.keys(IMAGES);
/** The parts of each image, without the image itself. */
const PARTS: Readonly<Record<string, readonly MadeManifest[]>> = { v1: [AMD64, ARM64] };

interface Round {
  readonly tags: readonly string[];
  /** Requests to the destination after which the program is killed; it may have ended by then. */
  readonly killedAt: number;
  /** A tag under which somebody else pushes before the run. */
  readonly foreign: string | undefined;
}

const round: fc.Arbitrary<Round> = fc.record({
  tags: fc.subarray(TAGS, { minLength: 1 }),
  killedAt: fc.integer({ min: 1, max: 40 }),
  foreign: fc.option(fc.constantFrom(...TAGS), { nil: undefined }),
});

const configure = (scene: Scene, from: string, to: string, tags: readonly string[]) => {
  const registries = Object.fromEntries(
    [from, to].map((place) => [place.slice(0, place.indexOf('/')), { 'tls-verify': false }]),
  );
  const images = [{ source: from, destination: to, tags }];
  const job = { job: 'killed', retry: { times: 0 }, prune: { enabled: true, 'max-share': 1 }, registries, images };
  return writeFile(scene.dir.join('m.yml'), JSON.stringify(job));
};

test('the program killed with SIGKILL at any request removes nothing that is needed, and the next run ends its work', async (t) => {
  await using registry = await startRegistry();
  await using proxy = await startProxy(registry);
  using store = new Store(registry.port);
  await store.prepare('base');
  let number = 0;
  let killed = 0;
  const property = fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 3 }), async (rounds) => {
    await using scene = await openScene();
    const name = `k${++number}`;
    const [from, to] = [`${name}/from`, `${name}/to`];
    for (const repository of [from, to]) await store.prepare(repository);
    for (const [tag, image] of Object.entries(IMAGES)) await store.put(from, tag, image);
    const sync = async (tags: readonly string[]) => {
      await configure(scene, `${registry.host}/${from}`, `${proxy.host}/${to}`, tags);
      return scene.start('sync', '--file', 'm.yml', '--prune');
    };
    assert.equal((await (await sync(TAGS)).result).exitCode, 0);

    const theirs = new Map<string, string>();
    for (const { tags, killedAt, foreign } of rounds) {
      if (foreign !== undefined) {
        const image = makeImage(`${name} theirs ${killedAt}`);
        await store.put(to, foreign, image);
        theirs.set(foreign, image.digest);
      }
      const before = proxy.requests.length;
      const running = await sync(tags);
      let hasEnded = false;
      void running.result.then(() => {
        hasEnded = true;
      });
      await waitFor('the moment', () => hasEnded || proxy.requests.length - before >= killedAt, { pollMs: 1 });
      running.kill('SIGKILL');
      if ((await running.result).signal === 'SIGKILL') killed++;
      await waitFor('its processes to end', () => scene.processes().length === 0);
      // The job replaces what is selected, whoever pushed it.
      for (const tag of tags) theirs.delete(tag);
      for (const [tag, digest] of theirs) assert.equal((await store.get(to, tag)).digest, digest, `${tag} is theirs`);
    }

    const tags = rounds.at(-1)?.tags ?? [];
    const { exitCode, stderr } = await (await sync(tags)).result;
    assert.equal(exitCode, 0, stderr);
    for (const tag of tags) {
      assert.equal((await store.get(to, tag)).digest, IMAGES[tag]?.digest, tag);
      for (const { digest } of PARTS[tag] ?? []) assert.equal((await store.get(to, digest)).status, 200, tag);
    }
    for (const [tag, digest] of theirs) assert.equal((await store.get(to, tag)).digest, digest, `${tag} is theirs`);
  });
  await checkProperty(property, Math.ceil(sequences(2000) / SEQUENCES_OF_A_MODEL_PER_ONE));
  t.diagnostic(`${killed} runs killed in ${number} sequences`);
  assert.ok(killed > 0);
});
