import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../defined.ts';
import { readIfRegular } from '../host/bounded-read.ts';
import { parseJson } from '../text/json.ts';
import { hexOf } from '../tracking/tracked-blob.ts';
import { parseLocation } from './docker-reference.ts';
import { digestOf, indexSchema, MAX_MANIFEST_BYTES, mediaTypeOf } from './manifest.ts';

/** The annotation of an image in a layout that is its name. */
export const REFERENCE_NAME = 'org.opencontainers.image.ref.name';

/**
 * Reads the image's own manifest, or that of an instance of a list named by digest; undefined if there is none. Never
 * rejects. `signal` ends a reading that takes too long.
 */
export type ManifestReader = (instance: string | undefined, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/** Several times what all names of the largest layouts need. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

const readManifest = (path: string): Buffer | undefined => readIfRegular(path, MAX_MANIFEST_BYTES);

/** The images that a layout names; undefined if there is no layout, or it cannot be read. */
const readIndex = (layout: string) => {
  const bytes = readIfRegular(join(layout, 'index.json'), MAX_INDEX_BYTES);
  return bytes && parseJson(bytes, indexSchema)?.manifests;
};

const isNamed =
  (name: string | undefined) =>
  ({ annotations }: { readonly annotations?: Readonly<Record<string, string>> | undefined }): boolean =>
    annotations?.[REFERENCE_NAME] === name;

/** Reads a `dir:` image: `manifest.json`, and `<hex>.manifest.json` for the instances of a list. */
export const dirReader =
  (directory: string): ManifestReader =>
  async (instance) =>
    readManifest(join(directory, instance === undefined ? 'manifest.json' : `${hexOf(instance)}.manifest.json`));

/** Reads an image of an `oci:` layout: by its name in the index, or the only image if no name is given. */
export const ociReader =
  (layout: string, name: string | undefined, sharedBlobs?: string): ManifestReader =>
  async (instance) => {
    const blob = (digest: string): Uint8Array | undefined =>
      readManifest(
        sharedBlobs ? join(sharedBlobs, 'sha256', hexOf(digest)) : join(layout, 'blobs/sha256', hexOf(digest)),
      );
    if (instance !== undefined) return blob(instance);
    const manifests = readIndex(layout);
    const image = name === undefined ? manifests?.[0] : manifests?.find(isNamed(name));
    return image && blob(image.digest);
  };

/**
 * The content of a destination: a digest; for an archive a mark of the file, since its digest would need reading all of
 * it.
 */
export interface DestinationState {
  /** Digest of the manifest, or `file:` with size and time of an archive. */
  readonly digest: string;
  readonly mediaType?: string;
}

const directoryState = (path: string): DestinationState | undefined => {
  const manifest = readManifest(join(path, 'manifest.json'));
  if (manifest === undefined) return undefined;
  const mediaType = mediaTypeOf(manifest);
  return { digest: digestOf(manifest), ...defined({ mediaType }) };
};

/** The manifest of a name in an OCI layout, if the layout has its blob, too. */
const layoutState = async (path: string, name: string | undefined): Promise<DestinationState | undefined> => {
  const [only, ...others] = readIndex(path)?.filter(isNamed(name)) ?? [];
  if (only === undefined || others.length > 0) return undefined;
  const blob = await stat(join(path, 'blobs', ...only.digest.split(':'))).catch(() => undefined);
  if (blob === undefined) return undefined;
  return { digest: only.digest, ...defined({ mediaType: only.mediaType }) };
};

const archiveState = async (path: string): Promise<DestinationState | undefined> => {
  const status = await stat(path, { bigint: true }).catch(() => undefined);
  return status === undefined ? undefined : { digest: `file:${status.size}:${status.mtimeNs}` };
};

/** The content of a local destination; absent when there is no whole image. */
export const localState = async (reference: string): Promise<DestinationState | undefined> => {
  const location = parseLocation(reference);
  switch (location.transport) {
    case 'dir':
      return directoryState(location.path);
    case 'oci':
      return layoutState(location.path, location.name).catch(() => undefined);
    case 'oci-archive':
    case 'docker-archive':
      return archiveState(location.path);
    case 'docker':
      return undefined;
  }
};
