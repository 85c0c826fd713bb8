import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isStageName } from '../../src/destination/stage.ts';
import { type CopyTo, copyStaged } from '../../src/destination/staged-copy.ts';
import { sequences } from '../support/sequences.ts';
import { tempDir } from '../support/temp.ts';
import { type Fault, faultyProcess, Killed, type LockTable } from './faulty-files.ts';
import {
  archiveBytes,
  digestOfFake,
  directoryFiles,
  type FakeImage,
  fakeImage,
  layoutFiles,
  result,
} from './support.ts';

const TRANSPORTS = ['dir', 'oci', 'oci-archive', 'docker-archive'] as const;
type Transport = (typeof TRANSPORTS)[number];

/** Destinations: beside each other, below each other, with names that parts of us once had, and by a link. */
const PLACES = ['a', 'b', 'a.old', 'a.partial', 'deep/er/c', 'a/below', 'link'] as const;

const IMAGES: readonly FakeImage[] = [
  fakeImage(['config', 'layer 1', 'layer 2']),
  fakeImage(['config', 'layer 2', 'layer 3'], ['signature A']),
  fakeImage(['other config', 'layer 3'], ['signature B', 'signature C']),
  fakeImage(['other config', 'layer 1'], ['signature D', 'signature E', 'signature F']),
];

/** What somebody else has, or does: kind and place. */
const FOREIGN = ['file', 'directory', 'pipe', 'dangling link', 'link to directory', 'link to file', 'version'] as const;
const FOREIGN_NAMES = [
  ...PLACES,
  'a/notes.txt',
  'b/notes.txt',
  'a/version',
  `b/${'e'.repeat(64)}`,
  'b/signature-9',
  'a/blobs/mine',
  'b/index.json',
  '.skopeo-wrapper-abcdef',
  'a/.skopeo-wrapper-ABCDEF',
  'b/.skopeo-wrapper-123456/stage',
  'a/image',
  'deep/er/thesis.txt',
  'oci-put-blob17',
] as const;

interface Foreign {
  readonly kind: (typeof FOREIGN)[number];
  readonly name: (typeof FOREIGN_NAMES)[number];
}

interface Step {
  readonly place: (typeof PLACES)[number];
  readonly transport: Transport;
  readonly image: number;
  readonly tag: string;
  readonly ending: 'success' | 'error' | 'throws' | 'killed';
  /** Files that the copier writes before it ends, if it does not succeed. */
  readonly written: number;
  readonly fault: Fault | undefined;
  /** Done by somebody else while skopeo copies. */
  readonly meanwhile: Foreign | undefined;
  readonly isBroken: boolean;
}

const foreignArbitrary: fc.Arbitrary<Foreign> = fc
  .record({ kind: fc.constantFrom(...FOREIGN), name: fc.constantFrom(...FOREIGN_NAMES) })
  // That would be the beginning of an image, byte for byte.
  .filter(({ kind, name }) => kind !== 'version' || name !== 'a/version');

const faultArbitrary: fc.Arbitrary<Fault> = fc.record({
  at: fc.integer({ min: 1, max: 120 }),
  what: fc.constantFrom('kill-before', 'kill-after', 'ENOSPC', 'EACCES', 'EIO'),
});

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  place: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b') }, fc.constantFrom(...PLACES)),
  transport: fc.oneof({ weight: 2, arbitrary: fc.constant('dir') }, fc.constantFrom(...TRANSPORTS)),
  image: fc.nat(IMAGES.length - 1),
  tag: fc.constantFrom('x', 'y'),
  ending: fc.oneof({ weight: 4, arbitrary: fc.constant('success') }, fc.constantFrom('error', 'throws', 'killed')),
  written: fc.nat(6),
  fault: fc.option(faultArbitrary, { nil: undefined, freq: 2 }),
  meanwhile: fc.option(foreignArbitrary, { nil: undefined, freq: 8 }),
  isBroken: fc.boolean(),
});

/** Everything below a directory: kind, inode, mode and content of each path. */
const snapshot = async (root: string, below = ''): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const name of (await readdir(join(root, below))).toSorted()) {
    const path = join(below, name);
    const full = join(root, path);
    const stats = await lstat(full);
    const content = stats.isFile()
      ? hash('sha256', await readFile(full))
      : stats.isSymbolicLink()
        ? await readlink(full)
        : '';
    found.set(path, `${stats.mode} ${stats.ino} ${content}`);
    if (stats.isDirectory()) for (const [inner, state] of await snapshot(root, path)) found.set(inner, state);
  }
  return found;
};

/** Makes what is somebody else's, if the place is free; tells which paths came to be. */
const makeForeign = async (root: string, { kind, name }: Foreign): Promise<readonly string[]> => {
  const path = join(root, name);
  const parent = dirname(path);
  try {
    const isNew = (await stat(parent).catch(() => undefined)) === undefined;
    if (isNew) await mkdir(parent);
    const made = [...(isNew ? [dirname(name)] : []), name];
    if (kind === 'file') await writeFile(path, `precious ${name}`, { flag: 'wx' });
    else if (kind === 'version') await writeFile(path, 'Directory Transport Version: 1.1\n', { flag: 'wx' });
    else if (kind === 'directory') await mkdir(path);
    else if (kind === 'pipe') assert.equal(spawnSync('mkfifo', [path], { stdio: 'ignore' }).status, 0);
    else {
      const target = { 'dangling link': 'nowhere', 'link to directory': 'treasure', 'link to file': 'treasure/gold' };
      await symlink(join(root, target[kind]), path);
    }
    return made;
  } catch {
    return [];
  }
};

/** What skopeo would do, as far as it comes. */
const copier = (step: Step, { meddle, kill }: { meddle: () => Promise<void>; kill: () => Promise<void> }): CopyTo => {
  const image = IMAGES[step.image] ?? assert.fail();
  const limit = step.ending === 'success' ? Number.POSITIVE_INFINITY : step.written;
  return async (destination, sharedBlobs) => {
    const path = destination.slice(destination.indexOf(':') + 1).split(':')[0] ?? '';
    let count = 0;
    const write = async (file: string, content: string | Buffer): Promise<void> => {
      if (++count > limit) return;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    };
    if (step.transport === 'dir') for (const [name, text] of directoryFiles(image)) await write(join(path, name), text);
    else if (step.transport === 'oci') {
      for (const [name, text] of layoutFiles(image, step.tag)) {
        const file = name.startsWith('blobs/')
          ? join(sharedBlobs ?? join(path, 'blobs'), name.slice(6))
          : join(path, name);
        // skopeo believes in names.
        if ((await stat(file).catch(() => undefined)) === undefined) await write(file, text);
      }
      await mkdir(join(path, 'blobs'), { recursive: true });
    } else await write(path, archiveBytes(step.transport, image));
    await meddle();
    if (step.ending === 'killed') {
      await kill();
      throw new Killed('killed');
    }
    if (step.ending === 'throws') throw new Error('broken off');
    return result(step.ending);
  };
};

/** The text of a file; of nothing else, since whoever reads a pipe waits. */
const readText = async (path: string): Promise<string | undefined> => {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true ? readFile(path, 'utf8') : undefined;
};

/** The whole image of a directory, by its number, whatever else lies there. */
const imageInDirectory = async (path: string): Promise<string | undefined> => {
  const read = (name: string) => readText(join(path, name));
  const manifest = await read('manifest.json');
  if (manifest === undefined) return undefined;
  const number = IMAGES.findIndex((image) => image.manifest === manifest);
  const image = IMAGES[number];
  if (image === undefined) return 'foreign';
  for (const [name, text] of directoryFiles(image)) {
    if (!name.startsWith('signature-')) assert.equal(await read(name), text, `${path} lacks ${name}`);
  }
  const signatures = [];
  for (let at = 1; ; at++) {
    const signature = await read(`signature-${at}`);
    if (signature === undefined) break;
    signatures.push(signature);
  }
  for (const signature of image.signatures) assert.ok(signatures.includes(signature), `${path} lacks ${signature}`);
  return `image ${number}`;
};

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly annotations?: Record<string, string> }[];
}

/** Which image each name of a layout stands for; all of them whole. */
const imagesOfLayout = async (path: string): Promise<string | undefined> => {
  const bytes = await readText(join(path, 'index.json'));
  if (bytes === undefined || !bytes.includes('manifests')) return undefined;
  assert.ok(await readText(join(path, 'oci-layout')));
  const names: string[] = [];
  for (const { digest, annotations } of (JSON.parse(bytes) as Index).manifests) {
    const number = IMAGES.findIndex((image) => digestOfFake(image) === digest);
    for (const [name, text] of layoutFiles(IMAGES[number] ?? assert.fail())) {
      if (name.startsWith('blobs/')) assert.equal(await readFile(join(path, name), 'utf8'), text);
    }
    const [name] = Object.values(annotations ?? {});
    if (name !== undefined) names.push(`${name}=${number}`);
  }
  return names.toSorted().join(' ');
};

/** What a place holds, as far as it is an image of the model. */
const imageAt = async (path: string): Promise<string> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'nothing';
  if (stats.isFile()) {
    const bytes = await readFile(path);
    for (const transport of ['oci-archive', 'docker-archive'] as const) {
      const number = IMAGES.findIndex((image) => archiveBytes(transport, image).equals(bytes));
      if (number >= 0) return `${transport} ${number}`;
    }
    return 'foreign';
  }
  if (!stats.isDirectory()) return 'foreign';
  return (await imagesOfLayout(path)) ?? (await imageInDirectory(path)) ?? 'nothing';
};

const afterwards = (old: string, { transport, image, tag }: Step): string => {
  if (transport === 'dir') return `image ${image}`;
  if (transport !== 'oci') return `${transport} ${image}`;
  const others = old.includes('=') ? old.split(' ').filter((name) => !name.startsWith(`${tag}=`)) : [];
  return [...others, `${tag}=${image}`].toSorted().join(' ');
};

/** The tree of a sequence, and what in it is somebody else's. */
class World {
  readonly #root: string;
  readonly #locks: LockTable = new Map();
  readonly #foreign = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  async setUp(foreign: readonly Foreign[]): Promise<void> {
    await mkdir(join(this.#root, 'treasure'));
    await writeFile(join(this.#root, 'treasure', 'gold'), 'gold');
    for (const one of foreign) await makeForeign(this.#root, one);
    for (const [path, state] of await snapshot(this.#root)) this.#foreign.set(path, state);
  }

  async meddle(foreign: Foreign): Promise<void> {
    const made = await makeForeign(this.#root, foreign);
    const now = await snapshot(this.#root);
    for (const path of made) this.#foreign.set(path, now.get(path) ?? '');
  }

  async assertForeignUntouched(): Promise<void> {
    const now = await snapshot(this.#root);
    for (const [path, state] of this.#foreign) assert.equal(now.get(path), state, `${path} of somebody else`);
  }

  /** One copy; tells whether it said that it succeeded. */
  async run(step: Step): Promise<boolean> {
    const path = join(this.#root, step.place);
    const old = await imageAt(path);
    const process = faultyProcess(this.#locks, step.fault);
    const meddle = async (): Promise<void> => {
      if (step.meanwhile !== undefined) await this.meddle(step.meanwhile);
    };
    const name = step.transport === 'dir' ? '' : `:${step.tag}`;
    const succeeded = await copyStaged(
      `${step.transport}:${path}${name}`,
      {
        existingDirectory: 'replace',
        isBroken: step.isBroken,
        signal: new AbortController().signal,
        effects: process.effects,
      },
      copier(step, { meddle, kill: () => process.kill() }),
    ).then(
      ({ outcome }) => outcome === 'success',
      () => false,
    );
    await process.kill();
    await this.assertForeignUntouched();
    const now = await imageAt(path);
    const next = afterwards(old, step);
    if (succeeded) assert.equal(now, next);
    else if (step.meanwhile === undefined) assert.ok([old, next].includes(now), `${old} became ${now}, not ${next}`);
    return succeeded;
  }

  /** Nothing of ours is left but images, once a later run has been at each place. */
  async assertSwept(): Promise<void> {
    for (const path of (await snapshot(this.#root)).keys()) {
      const stage = path.split('/').findIndex(isStageName);
      if (
        stage < 0 ||
        this.#foreign.has(
          path
            .split('/')
            .slice(0, stage + 1)
            .join('/'),
        )
      )
        continue;
      // Killed before it could say whose it is: no more than an empty beginning.
      const rest = path.split('/').slice(stage + 1);
      assert.ok(rest.length === 0 || (rest.length === 1 && rest[0] === 'stage'), `${path} was left`);
    }
  }
}

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

test('whatever ends a copy, others keep every byte and a destination is the old image or the new one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(foreignArbitrary, { maxLength: 4 }),
      fc.array(stepArbitrary, { minLength: 1, maxLength: 6 }),
      async (foreign, steps) => {
        await using dir = await tempDir('model');
        const world = new World(dir.path);
        await world.setUp(foreign);
        for (const step of steps) await world.run(step);
        for (const { place } of steps) for (const transport of TRANSPORTS) await world.run(settled(place, transport));
        await world.assertSwept();
      },
    ),
    { numRuns: sequences(100) },
  );
});
