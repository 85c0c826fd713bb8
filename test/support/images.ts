import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, blobStore, type LayerSpec, type MadeBlob } from './images/blob-store.ts';
import { layerMediaType, MEDIA_TYPES } from './images/media-types.ts';

export type { LayerSpec, MadeBlob } from './images/blob-store.ts';
export { MEDIA_TYPES } from './images/media-types.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** The platform that skopeo picks by itself on this machine. */
export const HOST_PLATFORM: Platform = { os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' };

/** An image to be made. Give two layers the same `seed` and shape to make them one blob used twice. */
export interface ImageSpec {
  readonly layers: readonly LayerSpec[];
  /** Decides all random bytes; the same spec makes the same digests. */
  readonly seed?: string;
  readonly platform?: Platform;
}

/** An image as it was made: the truth that a test compares with. */
export interface MadeImage {
  readonly manifest: MadeBlob;
  readonly config: MadeBlob;
  /** In the order of the manifest, repeated layers repeated. */
  readonly layers: readonly MadeBlob[];
  readonly platform: Platform;
}

export interface MadeIndex {
  readonly manifest: MadeBlob;
  readonly images: readonly MadeImage[];
}

/**
 * An OCI image layout on disk. For Docker's formats seed a registry with `--format v2s2` or `v2s1`: skopeo reads no other
 * manifests from a layout.
 */
export interface OciLayout {
  readonly path: string;
  /** `oci:PATH:TAG`, as skopeo wants it. */
  reference(tag: string): string;
  blobPath(digest: string): string;
  /** Makes an image and gives it the tag. */
  addImage(tag: string, spec: ImageSpec): Promise<MadeImage>;
  /** Makes a multi-arch index over one image per spec and gives it the tag. */
  addIndex(tag: string, specs: readonly ImageSpec[]): Promise<MadeIndex>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Platform;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const descriptor = (mediaType: string, { digest, sizeBytes }: MadeBlob): Descriptor => ({
  mediaType,
  digest,
  size: sizeBytes,
});

const imageConfig = (platform: Platform, diffIds: readonly string[]) => ({
  created: '2024-01-01T00:00:00Z',
  ...platform,
  config: { Cmd: ['/bin/true'] },
  rootfs: { type: 'layers', diff_ids: diffIds },
  history: diffIds.map(() => ({ created: '2024-01-01T00:00:00Z', created_by: 'test' })),
});

const makeImage = async (
  store: BlobStore,
  { layers, seed = 'image', platform = HOST_PLATFORM }: ImageSpec,
): Promise<MadeImage> => {
  const made = [];
  for (const [index, layer] of layers.entries()) made.push(await store.putLayer(layer, `${seed}/${index}`));
  const config = await store.putBytes(
    json(
      imageConfig(
        platform,
        made.map((layer) => layer.diffId),
      ),
    ),
  );
  const manifest = await store.putBytes(
    json({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.oci.manifest,
      config: descriptor(MEDIA_TYPES.oci.config, config),
      layers: made.map((blob, index) => descriptor(layerMediaType(layers[index]?.compression ?? 'gzip'), blob)),
    }),
  );
  return { manifest, config, layers: made.map(({ digest, sizeBytes }) => ({ digest, sizeBytes })), platform };
};

/** Gives `tag` to a manifest of the layout, taking it from any other. */
const tagManifest = async (indexPath: string, tag: string, entry: Descriptor): Promise<void> => {
  const index = JSON.parse(await readFile(indexPath, 'utf8'));
  const name = 'org.opencontainers.image.ref.name';
  const others = index.manifests.filter(
    (manifest: { annotations?: Record<string, string> }) => manifest.annotations?.[name] !== tag,
  );
  index.manifests = [...others, { ...entry, annotations: { [name]: tag } }];
  await writeFile(indexPath, json(index));
};

/** Makes an empty OCI image layout at `path`; images are added without any network. */
export const createLayout = async (path: string): Promise<OciLayout> => {
  const store = await blobStore(join(path, 'blobs', 'sha256'));
  const indexPath = join(path, 'index.json');
  await writeFile(join(path, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  await writeFile(indexPath, json({ schemaVersion: 2, manifests: [] }));

  return {
    path,
    reference: (tag) => `oci:${path}:${tag}`,
    blobPath: store.pathOf,
    async addImage(tag, spec) {
      const image = await makeImage(store, spec);
      await tagManifest(indexPath, tag, descriptor(MEDIA_TYPES.oci.manifest, image.manifest));
      return image;
    },
    async addIndex(tag, specs) {
      const images = [];
      for (const [index, spec] of specs.entries()) {
        images.push(await makeImage(store, { seed: `${tag}/${index}`, ...spec }));
      }
      const manifests = images.map(({ manifest, platform }) => ({
        ...descriptor(MEDIA_TYPES.oci.manifest, manifest),
        platform,
      }));
      const mediaType = MEDIA_TYPES.oci.index;
      const manifest = await store.putBytes(json({ schemaVersion: 2, mediaType, manifests }));
      await tagManifest(indexPath, tag, descriptor(mediaType, manifest));
      return { manifest, images };
    },
  };
};
