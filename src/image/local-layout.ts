import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../text/json.ts';

/** A manifest larger than this is not read: registries refuse more than 4 MiB. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const REFERENCE_NAME = 'org.opencontainers.image.ref.name';

const indexSchema = z.object({
  manifests: z.array(
    z.object({
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/**
 * Bytes of the image's own manifest, or of the instance of a list named by digest; undefined where there is none. Never
 * rejects. `signal` ends a reading that takes too long.
 */
export type ManifestReader = (instance: string | undefined, signal: AbortSignal) => Promise<Uint8Array | undefined>;

const readBounded = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    const bytes = await readFile(path);
    return bytes.length <= MAX_MANIFEST_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
};

const hexOf = (digest: string): string => digest.slice('sha256:'.length);

/** Reads a `dir:` image: `manifest.json`, and `<hex>.manifest.json` for the instances of a list. */
export const dirReader =
  (directory: string): ManifestReader =>
  (instance) =>
    readBounded(join(directory, instance === undefined ? 'manifest.json' : `${hexOf(instance)}.manifest.json`));

/** Reads an image of an `oci:` layout: by its name in the index, or the only one when no name is given. */
export const ociReader =
  (layout: string, name: string | undefined, sharedBlobs?: string): ManifestReader =>
  async (instance) => {
    const blob = (digest: string): Promise<Uint8Array | undefined> =>
      readBounded(
        sharedBlobs ? join(sharedBlobs, 'sha256', hexOf(digest)) : join(layout, 'blobs/sha256', hexOf(digest)),
      );
    if (instance !== undefined) return blob(instance);
    const bytes = await readBounded(join(layout, 'index.json'));
    if (!bytes) return undefined;
    const index = parseJson(bytes, indexSchema);
    if (index === undefined) return undefined;
    const named = index.manifests.filter(({ annotations }) => annotations?.[REFERENCE_NAME] === name);
    const [only] = name === undefined ? index.manifests : named;
    return only ? blob(only.digest) : undefined;
  };
