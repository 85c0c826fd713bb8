import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { hexOf } from '../tracking/tracked-blob.ts';
import { type Descriptor, descriptorSchema, MAX_MANIFEST_BYTES } from './manifest.ts';

/** An image on this machine: in `dir:` format, or a digest among the blobs of an OCI layout. */
type StoredImage =
  | { readonly kind: 'dir'; readonly path: string }
  | { readonly kind: 'oci'; readonly blobs: string; readonly digest: string };

/** `sizes` only asks the file system; `digests` reads every byte. */
type Thoroughness = 'sizes' | 'digests';

const MAX_DEPTH = 4;

/** All formats of manifests and indexes. A manifest in another format cannot be checked and counts as whole. */
const manifestSchema = z.object({
  manifests: z.array(descriptorSchema).optional(),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).optional(),
  fsLayers: z.array(z.object({ blobSum: z.string() })).optional(),
});

const manifestPath = (image: StoredImage, digest: string | undefined): string => {
  if (image.kind === 'oci') return blobPath(image, digest ?? image.digest);
  return join(image.path, digest === undefined ? 'manifest.json' : `${hexOf(digest)}.manifest.json`);
};

const blobPath = (image: StoredImage, digest: string): string =>
  image.kind === 'oci' ? join(image.blobs, ...digest.split(':')) : join(image.path, hexOf(digest));

const hasDigest = async (path: string, digest: string): Promise<boolean> => {
  const sum = createHash(digest.slice(0, digest.indexOf(':')));
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex') === hexOf(digest);
};

const isBlobWhole = async (
  image: StoredImage,
  { digest, size, urls }: Pick<Descriptor, 'digest' | 'size' | 'urls'>,
  how: Thoroughness,
) => {
  const path = blobPath(image, digest);
  const found = await stat(path).catch(() => undefined);
  // Layers that may not be distributed are not copied; they stay at their URLs.
  if (found === undefined) return urls !== undefined && urls.length > 0;
  if (!found.isFile() || (size !== undefined && found.size !== size)) return false;
  return how === 'sizes' || hasDigest(path, digest);
};

const everyOne = async <T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> => {
  for (const item of items) if (!(await holds(item))) return false;
  return true;
};

const readManifest = async (image: StoredImage, digest: string | undefined): Promise<Buffer | undefined> => {
  const path = manifestPath(image, digest);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > MAX_MANIFEST_BYTES) return undefined;
  return readFile(path);
};

const isManifestWhole = async (
  image: StoredImage,
  digest: string | undefined,
  how: Thoroughness,
  depth: number,
): Promise<boolean> => {
  const bytes = await readManifest(image, digest);
  const expected = digest ?? (image.kind === 'oci' ? image.digest : undefined);
  if (bytes === undefined || depth > MAX_DEPTH) return false;
  if (expected?.startsWith('sha256:') && hash('sha256', bytes) !== hexOf(expected)) return false;
  const read = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!read.success) return true;
  const { manifests = [], config, layers = [], fsLayers = [] } = read.data;
  const blobs = [...(config ? [config] : []), ...layers, ...fsLayers.map(({ blobSum }) => ({ digest: blobSum }))];
  return (
    (await everyOne(blobs, (blob) => isBlobWhole(image, blob, how))) &&
    (await everyOne(manifests, (one) => isManifestWhole(image, one.digest, how, depth + 1)))
  );
};

/**
 * Whether an image has every manifest and every blob that it consists of, with the sizes that its manifests state, or
 * with the right content. What cannot be read counts as not whole.
 */
export const isWhole = async (image: StoredImage, how: Thoroughness): Promise<boolean> => {
  try {
    return await isManifestWhole(image, undefined, how, 0);
  } catch {
    return false;
  }
};
