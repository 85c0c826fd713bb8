import assert from 'node:assert/strict';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { copyStaged } from '../../../src/destination/staged-copy.ts';
import type { RegistryLookup } from '../../../src/registry/lookup.ts';
import { checkImage } from '../../../src/sync/check/check-image.ts';
import { SyncMemory } from '../../../src/sync/check/memory.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { withoutCollisions } from '../../../src/sync/map/collisions.ts';
import type { PlannedImage, WantedImage } from '../../../src/sync/plan.ts';
import { checkProperty } from '../../support/check-property.ts';
import { sequences } from '../../support/sequences.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';
import { type Fault, faultyProcess } from '../faulty-files.ts';
import { fakeCopier, skopeoCopier } from '../model/copiers.ts';
import { foreignArbitrary } from '../model/foreign.ts';
import { IMAGES, imageAt, PLACES, TRANSPORTS, type Transport } from '../model/images.ts';
import { type Copier, type Step, World } from '../model/world.ts';
import { directoryFiles, layoutFiles, writeTree } from '../support.ts';

const NEVER = new AbortController().signal;
const nothing = async (): Promise<void> => undefined;

let sources: TempDir;
before(async () => {
  sources = await tempDir('model-sources');
  for (const [number, image] of IMAGES.entries()) await writeTree(sources.join(String(number)), directoryFiles(image));
});
after(() => sources[Symbol.asyncDispose]());

const faultArbitrary: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ at: fc.integer({ min: 1, max: 40 }), what: fc.constant('kill' as const) }),
  fc.record({ at: fc.integer({ min: 1, max: 120 }), what: fc.constantFrom('ENOSPC', 'EACCES', 'EIO') }),
);

const placeArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 2, arbitrary: fc.constantFrom(...PLACES) },
);
const transportArbitrary: fc.Arbitrary<Transport> = fc.oneof(
  { weight: 2, arbitrary: fc.constant('dir') },
  fc.constantFrom(...TRANSPORTS),
);

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  place: placeArbitrary,
  transport: transportArbitrary,
  image: fc.nat(IMAGES.length - 1),
  tag: fc.constantFrom('x', 'y'),
  ending: fc.oneof({ weight: 4, arbitrary: fc.constant('success') }, fc.constantFrom('error', 'throws', 'killed')),
  written: fc.nat(6),
  fault: fc.option(faultArbitrary, { nil: undefined, freq: 2 }),
  meanwhile: fc.option(foreignArbitrary, { nil: undefined, freq: 8 }),
  isBroken: fc.boolean(),
});

/** One in six is a plain `copy`. */
const howArbitrary = fc.oneof(
  { weight: 5, arbitrary: fc.constant('staged' as const) },
  { weight: 1, arbitrary: fc.constant('in place' as const) },
);

const settled = (place: Step['place'], transport: Transport): Step => ({
  place,
  transport,
  image: 0,
  tag: 'x',
  ending: 'success',
  written: 0,
  fault: undefined,
  meanwhile: undefined,
  isBroken: false,
});

const foreignsArbitrary = fc.array(foreignArbitrary, { maxLength: 4 });

const assertHolds = (copier: Copier, numRuns: number): Promise<void> =>
  checkProperty(
    fc.asyncProperty(
      foreignsArbitrary,
      fc.array(fc.tuple(stepArbitrary, howArbitrary), { minLength: 1, maxLength: 6 }),
      async (foreign, steps) => {
        await using dir = await tempDir('model');
        const world = new World(dir.path, copier);
        await world.setUp(foreign);
        for (const [step, how] of steps) await world.run(step, how);
        for (const [{ place }] of steps) for (const transport of TRANSPORTS) await world.run(settled(place, transport));
        await world.assertSwept();
      },
    ),
    numRuns,
  );

test('whatever ends a copy, others keep every byte and a destination is the old image or the new one', () =>
  assertHolds(fakeCopier, sequences(12)));

test('so it is with the real skopeo', () => assertHolds(skopeoCopier(sources.path), Math.ceil(sequences(20) / 20)));

/** Other names of a place. */
const SPELLINGS: readonly ((place: string) => string)[] = [
  (place) => place,
  (place) => `/${place}`,
  (place) => `./${place}/.`,
  (place) => `treasure/../${place}`,
  (place) => `again/${place}`,
  (place) => `again/again//${place}`,
];

interface Wish {
  readonly step: Step;
  readonly name: string;
}

const wishArbitrary: fc.Arbitrary<Wish> = fc
  .record({
    place: placeArbitrary,
    transport: fc.constantFrom('dir' as const, 'oci' as const),
    image: fc.nat(IMAGES.length - 1),
    tag: fc.constantFrom('x', 'y'),
    spell: fc.constantFrom(...SPELLINGS),
  })
  .map(({ place, transport, image, tag, spell }) => ({
    step: { ...settled(place, transport), image, tag },
    name: spell(place),
  }));

const [entry] = loadSyncFile('/mirror.yml', 'images: [{ source: "dir:/from", destination: "dir:/to" }]', {}).job
  .entries;

const wantedOf = ({ step, name }: Wish, root: string): WantedImage & { readonly wish: Wish } => ({
  source: `dir:${sources.join(String(step.image))}`,
  destination: `${step.transport}:${root}/${name}${step.transport === 'oci' ? `:${step.tag}` : ''}`,
  entry: entry ?? assert.fail(),
  selectedBecause: 'it is wanted',
  wish: { step, name },
});

const check = (wanted: WantedImage): Promise<PlannedImage> =>
  checkImage(wanted, {
    lookup: undefined as unknown as RegistryLookup,
    memory: new SyncMemory(),
    destinationAccess: () => ({}),
    signal: NEVER,
  });

/** Takes a blob away, or the end of one. */
const damage = async (path: string, { transport, image }: Step, chosen: number, isCut: boolean): Promise<void> => {
  const files =
    transport === 'dir' ? directoryFiles(IMAGES[image] ?? assert.fail()) : layoutFiles(IMAGES[image] ?? assert.fail());
  const blobs = [...files.keys()].filter((name) => /[0-9a-f]{64}$/.test(name));
  const blob = join(path, blobs[chosen % blobs.length] ?? assert.fail());
  await (isCut ? truncate(blob, 1) : rm(blob));
};

test('what the planner lets through does not meet, and what it calls unchanged is there, whole', () =>
  checkProperty(
    fc.asyncProperty(
      foreignsArbitrary,
      fc.array(wishArbitrary, { minLength: 1, maxLength: 3 }),
      fc.nat(3),
      fc.boolean(),
      async (foreign, wishes, chosen, isCut) => {
        await using dir = await tempDir('model');
        const world = new World(dir.path, fakeCopier);
        await world.setUp(foreign);
        const planned = wishes.map((wish) => wantedOf(wish, dir.path));
        let accepted: typeof planned = [];
        try {
          accepted = [...withoutCollisions(planned)];
        } catch (error) {
          assert.match(String(error), /would (?:both )?be written to/);
        }
        const copied: typeof planned = [];
        for (const one of accepted) {
          if (await world.run(one.wish.step, 'staged', one.wish.name)) copied.push(one);
        }
        for (const one of copied) {
          const { step, name } = one.wish;
          const path = `${dir.path}/${name}`;
          const isThere = async () => {
            const found = await imageAt(path);
            return step.transport === 'dir'
              ? found === `image ${step.image}`
              : found.split(' ').includes(`${step.tag}=${step.image}`);
          };
          assert.ok(await isThere(), `${one.destination} was overwritten by another one`);
          assert.equal((await check(one)).action, 'skip');
          await damage(path, step, chosen, isCut);
          const { action, isBroken = false } = await check(one);
          assert.equal(action, 'copy', 'a broken image is called unchanged');
          const { context, hasMetFault } = faultyProcess(new Map());
          const mended = { existingDirectory: 'replace', isBroken, signal: NEVER, context } as const;
          await copyStaged(one.destination, mended, fakeCopier(step, { meddle: nothing, kill: nothing, hasMetFault }));
          assert.equal((await check(one)).action, 'skip');
        }
      },
    ),
    sequences(12),
  ));
