import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byteSource, type Content } from './content.ts';
import { type Compression, ENCODERS } from './encoding.ts';

/** A blob as it lies on disk. */
export interface MadeBlob {
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** A layer blob and the digest of its unpacked bytes, as an image config lists it. */
export interface MadeLayer extends MadeBlob {
  readonly diffId: string;
}

/** What a layer shall be: the size is that of the blob, compressed or not, and exact. */
export interface LayerSpec {
  readonly sizeBytes: number;
  readonly content?: Content;
  readonly compression?: Compression;
  /** The same seed, content, compression and size make the same blob. */
  readonly seed?: string;
}

/** Writes blobs into the directory of a layout, named by their digests. */
export interface BlobStore {
  /** Where a blob lies. */
  pathOf(digest: string): string;
  putBytes(bytes: Buffer): Promise<MadeBlob>;
  putLayer(layer: LayerSpec, seed: string): Promise<MadeLayer>;
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A store whose blobs are files named by the hex digits of their digests, in `directory`. */
export const blobStore = async (directory: string): Promise<BlobStore> => {
  await mkdir(directory, { recursive: true });
  const pathOf = (digest: string) => join(directory, digest.replace(/^sha256:/, ''));

  return {
    pathOf,
    async putBytes(bytes) {
      const digest = sha256(bytes);
      await writeFile(pathOf(digest), bytes);
      return { digest, sizeBytes: bytes.length };
    },
    async putLayer({ sizeBytes, content = 'random', compression = 'gzip', seed: ownSeed }, seed) {
      const blobHash = createHash('sha256');
      const diffHash = createHash('sha256');
      const temporary = join(directory, `.${randomUUID()}`);
      await using file = await open(temporary, 'w');
      // A file of nothing but zeros is left as a hole.
      const sparse = content === 'zero' && compression === 'none';
      if (sparse) await file.truncate(sizeBytes);
      for (const piece of ENCODERS[compression](sizeBytes, byteSource(content, ownSeed ?? seed), diffHash)) {
        blobHash.update(piece);
        if (!sparse) await file.appendFile(piece);
      }
      const digest = `sha256:${blobHash.digest('hex')}`;
      await rename(temporary, pathOf(digest));
      const diffId = compression === 'none' ? digest : `sha256:${diffHash.digest('hex')}`;
      return { digest, sizeBytes, diffId };
    },
  };
};
