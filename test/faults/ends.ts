import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Arena } from './arena.ts';

/** Where an image goes to, looked at past skopeo. */
export interface End {
  /** Digest of the manifest; undefined when there is none. */
  arrivedDigest(): Promise<string | undefined>;
  /** Layers and config that are there, whole and unchanged. */
  arrivedBlobs(): Promise<string[]>;
  /** Files that belong to no image. */
  strayFiles(): Promise<string[]>;
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const IMAGE_FILE = /^(?:[0-9a-f]{64}|version|manifest\.json)$/;

/** An image as a directory (`dir:`). What stands beside it with a name that begins like its own is stray as well. */
export const directoryEnd = (path: string): End => {
  const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);
  const digestOf = async (name: string) => sha256(await readFile(`${path}/${name}`));
  return {
    arrivedDigest: () => digestOf('manifest.json').catch(() => undefined),
    async arrivedBlobs() {
      const blobs = (await names(path)).filter((name) => /^[0-9a-f]{64}$/.test(name));
      const digests = await Promise.all(blobs.map(async (name) => ({ name, digest: await digestOf(name) })));
      return digests.filter(({ name, digest }) => digest === `sha256:${name}`).map(({ digest }) => digest);
    },
    async strayFiles() {
      const own = basename(path);
      const beside = (await names(dirname(path))).filter((name) => name !== own && name.startsWith(own));
      return [...beside, ...(await names(path)).filter((name) => !IMAGE_FILE.test(name))];
    },
  };
};

/** An image in the registry, which is asked past the proxy. */
export const registryEnd = ({ registry, image }: Arena, repository: string): End => ({
  arrivedDigest: () => registry.client.manifestDigest(repository, '1'),
  async arrivedBlobs() {
    const digests = [...image.layers, image.config].map(({ digest }) => digest);
    const there = await Promise.all(digests.map((digest) => registry.client.hasBlob(repository, digest)));
    return digests.filter((_, index) => there[index]);
  },
  strayFiles: async () => [],
});
