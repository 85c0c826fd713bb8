import { createHash, hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { parseJson } from '../text/json.ts';
import { hexOf } from '../tracking/tracked-blob.ts';
import type { ArchiveTransport } from './docker-reference.ts';
import { type Descriptor, descriptorSchema, MAX_MANIFEST_BYTES } from './manifest.ts';
import { readAt, type TarEntry, tarEntries } from './tar.ts';

interface StoredArchive {
  readonly kind: ArchiveTransport;
  readonly path: string;
}

/** An image on this machine: in `dir:` format, a digest among the blobs of an OCI layout, or an archive. */
type StoredImage =
  | { readonly kind: 'dir'; readonly path: string }
  | { readonly kind: 'oci'; readonly blobs: string; readonly digest: string }
  | StoredArchive;

/** `sizes` reads nothing but manifests, of archives only which files they hold; `digests` reads every byte. */
type CheckDepth = 'sizes' | 'digests';

const MAX_DEPTH = 4;

/** All formats of manifests and indexes. A manifest in another format cannot be checked and counts as whole. */
const manifestSchema = z.object({
  manifests: z.array(descriptorSchema).optional(),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).optional(),
  fsLayers: z.array(z.object({ blobSum: z.string() })).optional(),
});

type ImagePart = Pick<Descriptor, 'digest' | 'size' | 'urls'>;

/** The parts of an image by their digests. */
interface ImageParts {
  /** Without a digest that of the image itself. */
  manifest(digest: string | undefined): Promise<Buffer | undefined>;
  /** Absent if it is not there. */
  sizeOf(digest: string): Promise<number | undefined>;
  hasContent(digest: string): Promise<boolean>;
}

const algorithmOf = (digest: string): string => digest.slice(0, digest.indexOf(':'));

/** Parts that are files. */
const partsInFiles = (pathOf: (digest: string) => string, manifestPath: (digest?: string) => string): ImageParts => ({
  manifest: async (digest) => {
    const path = manifestPath(digest);
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() === true && found.size <= MAX_MANIFEST_BYTES ? readFile(path) : undefined;
  },
  sizeOf: async (digest) => {
    const found = await stat(pathOf(digest)).catch(() => undefined);
    if (found === undefined) return undefined;
    return found.isFile() ? found.size : Number.NaN;
  },
  hasContent: async (digest) => {
    const sum = createHash(algorithmOf(digest));
    await pipeline(createReadStream(pathOf(digest)), sum);
    return sum.digest('hex') === hexOf(digest);
  },
});

const PIECE_BYTES = 1024 * 1024;

const hasEntryContent = async (file: FileHandle, { offset, sizeBytes }: TarEntry, digest: string): Promise<boolean> => {
  const sum = createHash(algorithmOf(digest));
  for (let done = 0; done < sizeBytes; done += PIECE_BYTES)
    sum.update(await readAt(file, offset + done, Math.min(PIECE_BYTES, sizeBytes - done)));
  return sum.digest('hex') === hexOf(digest);
};

const readEntry = async (file: FileHandle, entry: TarEntry | undefined): Promise<Buffer | undefined> =>
  entry !== undefined && entry.sizeBytes <= MAX_MANIFEST_BYTES
    ? readAt(file, entry.offset, entry.sizeBytes)
    : undefined;

/** Parts that are entries of an OCI archive, which is a layout in a tar file. */
const partsInArchive = (file: FileHandle, entries: ReadonlyMap<string, TarEntry>): ImageParts => {
  const entryOf = (digest: string): TarEntry | undefined => entries.get(`blobs/${digest.replace(':', '/')}`);
  return {
    manifest: async (digest) => readEntry(file, digest === undefined ? entries.get('index.json') : entryOf(digest)),
    sizeOf: async (digest) => entryOf(digest)?.sizeBytes,
    hasContent: async (digest) => {
      const entry = entryOf(digest);
      return entry !== undefined && hasEntryContent(file, entry, digest);
    },
  };
};

const isBlobWhole = async (parts: ImageParts, { digest, size, urls }: ImagePart, how: CheckDepth): Promise<boolean> => {
  const found = await parts.sizeOf(digest);
  // Layers that may not be distributed are not copied; they stay at their URLs.
  if (found === undefined) return urls !== undefined && urls.length > 0;
  if (Number.isNaN(found) || (size !== undefined && found !== size)) return false;
  return how === 'sizes' || parts.hasContent(digest);
};

const everyOne = async <T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> => {
  for (const item of items) if (!(await holds(item))) return false;
  return true;
};

const isManifestWhole = async (
  parts: ImageParts,
  digest: string | undefined,
  how: CheckDepth,
  depth = 0,
): Promise<boolean> => {
  const bytes = await parts.manifest(digest);
  if (bytes === undefined || depth > MAX_DEPTH) return false;
  if (digest?.startsWith('sha256:') && hash('sha256', bytes) !== hexOf(digest)) return false;
  const read = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!read.success) return true;
  const { manifests = [], config, layers = [], fsLayers = [] } = read.data;
  const blobs = [...(config ? [config] : []), ...layers, ...fsLayers.map(({ blobSum }) => ({ digest: blobSum }))];
  return (
    (await everyOne(blobs, (blob) => isBlobWhole(parts, blob, how))) &&
    (await everyOne(manifests, (one) => isManifestWhole(parts, one.digest, how, depth + 1)))
  );
};

/** What a docker archive consists of. Source: docker save; containers/image, docker/internal/tarfile/types.go. */
const dockerArchiveSchema = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()).nullish() })).min(1);

/** Entries of a docker archive are named by their digests, but for links of old formats. */
const NAMED_BY_DIGEST = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json|\.tar)?$/;

const isDockerArchiveWhole = async (
  file: FileHandle,
  entries: ReadonlyMap<string, TarEntry>,
  how: CheckDepth,
): Promise<boolean> => {
  const document = await readEntry(file, entries.get('manifest.json'));
  const images = document && parseJson(document, dockerArchiveSchema);
  const named = images?.flatMap(({ Config, Layers }) => [Config, ...(Layers ?? [])]) ?? [];
  if (named.length === 0 || !named.every((name) => entries.has(name))) return false;
  return (
    how === 'sizes' ||
    everyOne([...entries.values()], async (entry) => {
      const [, hex] = NAMED_BY_DIGEST.exec(entry.name) ?? [];
      return hex === undefined || entry.sizeBytes === 0 || hasEntryContent(file, entry, `sha256:${hex}`);
    })
  );
};

const isArchiveWhole = async ({ kind, path }: StoredArchive, how: CheckDepth): Promise<boolean> => {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const status = await file.stat();
  const found = status.isFile() ? await tarEntries(file, status.size) : undefined;
  if (found === undefined) return false;
  const entries = new Map(found.map((entry) => [entry.name, entry]));
  if (kind === 'docker-archive') return await isDockerArchiveWhole(file, entries, how);
  return await isManifestWhole(partsInArchive(file, entries), undefined, how);
};

const isStoredWhole = (image: StoredImage, how: CheckDepth): Promise<boolean> => {
  if (image.kind === 'dir') {
    const pathOf = (digest: string): string => join(image.path, hexOf(digest));
    const manifestPath = (digest?: string): string =>
      digest === undefined ? join(image.path, 'manifest.json') : `${pathOf(digest)}.manifest.json`;
    return isManifestWhole(partsInFiles(pathOf, manifestPath), undefined, how);
  }
  if (image.kind === 'oci') {
    const pathOf = (digest: string): string => join(image.blobs, ...digest.split(':'));
    const manifestPath = (digest = image.digest): string => pathOf(digest);
    return isManifestWhole(partsInFiles(pathOf, manifestPath), image.digest, how);
  }
  return isArchiveWhole(image, how);
};

/**
 * Whether an image has every manifest and every blob that it consists of, with the sizes that its manifests state, or
 * with the right content. What cannot be read counts as not whole.
 */
export const isWhole = async (image: StoredImage, how: CheckDepth): Promise<boolean> => {
  try {
    return await isStoredWhole(image, how);
  } catch {
    return false;
  }
};
