import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createLayout, type MadeImage, type OciLayout } from '../support/images.ts';
import { type RegistryProxy, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import type { Arrangement, Fault } from './fault.ts';
import { LAYER_BYTES } from './tables/body.ts';

/** What all faults of a file share: an image, in a layout and in a registry that also takes uploads. */
export interface Arena extends AsyncDisposable {
  readonly layout: OciLayout;
  readonly image: MadeImage;
  readonly registry: Registry;
}

/** Where one copy goes from and to, past a proxy that does what a fault says. */
export interface Passage extends AsyncDisposable, Pick<Arrangement, 'wrap' | 'env' | 'flags'> {
  readonly dir: TempDir;
  readonly proxy: RegistryProxy;
  readonly source: string;
  readonly destination: string;
  /** Digest of the manifest at the destination; undefined when there is none. */
  arrivedDigest(): Promise<string | undefined>;
  /** Layers and config that are at the destination, whole and unchanged. */
  arrivedBlobs(): Promise<string[]>;
  /** Files at the destination that belong to no image. */
  strayFiles(): Promise<string[]>;
}

const TAG = 'app';
const SOURCE = 'source/app:1';

export const openArena = async (): Promise<Arena> => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('arena'));
  const layout = await createLayout(dir.join('layout'));
  const image = await layout.addImage(TAG, { layers: [{ sizeBytes: LAYER_BYTES }, { sizeBytes: LAYER_BYTES / 2 }] });
  const registry = stack.use(await startRegistry());
  await registry.seed(layout.reference(TAG), SOURCE);
  const owned = stack.move();
  return { layout, image, registry, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Everything that a copy into a directory leaves there. */
const directoryEnd = (path: string) => {
  const names = () => readdir(path).catch(() => []);
  const digestOf = async (name: string) => sha256(await readFile(`${path}/${name}`));
  return {
    destination: `dir:${path}`,
    arrivedDigest: () => digestOf('manifest.json').catch(() => undefined),
    async arrivedBlobs() {
      const blobs = (await names()).filter((name) => /^[0-9a-f]{64}$/.test(name));
      const digests = await Promise.all(blobs.map(async (name) => ({ name, digest: await digestOf(name) })));
      return digests.filter(({ name, digest }) => digest === `sha256:${name}`).map(({ digest }) => digest);
    },
    async strayFiles() {
      return (await names()).filter((name) => !/^(?:[0-9a-f]{64}|version|manifest\.json)$/.test(name));
    },
  };
};

const registryEnd = ({ registry, image }: Arena, proxy: RegistryProxy, repository: string) => ({
  destination: proxy.reference(`${repository}:1`),
  arrivedDigest: () => registry.client.manifestDigest(repository, '1'),
  async arrivedBlobs() {
    const digests = [...image.layers, image.config].map(({ digest }) => digest);
    const there = await Promise.all(digests.map((digest) => registry.client.hasBlob(repository, digest)));
    return digests.filter((_, index) => there[index]);
  },
  strayFiles: async () => [],
});

/** Opens the way for one copy. Every copy has a repository or directory of its own. */
export const openPassage = async (arena: Arena, fault: Fault): Promise<Passage> => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('passage'));
  for (const name of ['tmp', 'home', 'metrics']) await mkdir(dir.join(name));
  const { link = {}, connections } = fault;
  const rules = typeof fault.rules === 'function' ? fault.rules(arena.image) : (fault.rules ?? []);
  const proxy = stack.use(await startProxy(arena.registry, { rules, link, ...(connections && { connections }) }));
  if (fault.refused) await proxy[Symbol.asyncDispose]();
  const ends =
    fault.side === 'download'
      ? { source: proxy.reference(SOURCE), ...directoryEnd(dir.join('out')) }
      : {
          source: arena.layout.reference(TAG),
          ...registryEnd(arena, proxy, `uploads/${dir.path.slice(-6).toLowerCase()}`),
        };
  const { resource, ...arranged } = (await fault.arrange?.({ ...arena, dir })) ?? {};
  if (resource) stack.use(resource);
  const owned = stack.move();
  return { dir, proxy, ...ends, ...arranged, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
