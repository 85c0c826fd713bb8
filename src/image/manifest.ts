import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../text/json.ts';
import type { BlobDescriptor } from '../tracking/events.ts';
import type { Instance } from './platform.ts';

/** Media types of manifests and indexes, for requests and comparisons. Sources: OCI image-spec, Docker distribution. */
export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/**
 * No manifest is larger than this: registries accept none, and skopeo reads none from them. Source: containers/image,
 * internal/iolimits, `MaxManifestBodySize`.
 */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/;

export const isIndexType = (mediaType: string | undefined): boolean =>
  mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerList;

export const isManifestType = (mediaType: string | undefined): boolean =>
  mediaType === MEDIA_TYPES.ociManifest || mediaType === MEDIA_TYPES.dockerManifest || SCHEMA_1.test(mediaType ?? '');

/** Digest of a manifest's bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * The digest by which a registry knows a manifest. Absent if the bytes are not a manifest, and for schema 1: its
 * signatures do not count, and a registry may make new ones for every answer.
 */
export const manifestDigestOf = (bytes: Uint8Array): string | undefined =>
  parseJson(bytes, z.object({ schemaVersion: z.literal(2) })) && digestOf(bytes);

const mediaTypeSchema = z.union([
  z.object({ mediaType: z.string() }),
  z.object({ manifests: z.array(z.unknown()) }),
  z.object({ config: z.unknown(), layers: z.array(z.unknown()) }),
]);

/** Media type of a manifest's bytes, as they state it or by their shape. */
export const mediaTypeOf = (bytes: Uint8Array): string | undefined => {
  const manifest = parseJson(bytes, mediaTypeSchema);
  if (manifest === undefined) return undefined;
  if ('mediaType' in manifest) return manifest.mediaType;
  return 'manifests' in manifest ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
};

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const sizeBytes = z.number().int().nonnegative();
const blobSchema = z.object({ digest, size: sizeBytes });

/**
 * What an index, a manifest or a layout names, and an index of any kind; what else they say stays. Digests of any algorithm.
 * Source: https://github.com/opencontainers/image-spec/blob/main/descriptor.md
 */
export const descriptorSchema = z.looseObject({
  digest: z.string().regex(/^[a-z0-9]+:[0-9a-f]{32,}$/),
  mediaType: z.string().optional(),
  size: z.number().optional(),
  urls: z.array(z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  platform: z
    .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
    .optional()
    .catch(undefined),
});
export type Descriptor = z.infer<typeof descriptorSchema>;
export const indexSchema = z.looseObject({ manifests: z.array(descriptorSchema) });

/** OCI image manifest, Docker schema 2: https://github.com/opencontainers/image-spec/blob/main/manifest.md */
const imageSchema = z.object({ config: blobSchema, layers: z.array(blobSchema) });
/** Docker schema 1 states no sizes, and lists its layers newest first. */
const schema1Schema = z.object({ schemaVersion: z.literal(1), fsLayers: z.array(z.object({ blobSum: digest })) });

const manifestSchema = z.union([imageSchema, indexSchema, schema1Schema]);

/** An image's blobs, or the instances of a multi-arch list. */
export type Manifest =
  | { readonly kind: 'image'; readonly blobs: readonly BlobDescriptor[] }
  | { readonly kind: 'list'; readonly instances: readonly Instance[] };

const toBlob = (kind: BlobDescriptor['kind'], { digest, size }: z.infer<typeof blobSchema>): BlobDescriptor => ({
  kind,
  digest,
  sizeBytes: size,
});

/**
 * Reads a manifest of any format; undefined if it is not one (it may be broken, or of a format that is not known here).
 */
export const parseManifest = (bytes: Uint8Array): Manifest | undefined => {
  const manifest = parseJson(bytes, manifestSchema);
  if (manifest === undefined) return undefined;
  if ('manifests' in manifest) return { kind: 'list', instances: manifest.manifests };
  if ('fsLayers' in manifest) {
    const digests = manifest.fsLayers.map(({ blobSum }) => blobSum).reverse();
    return { kind: 'image', blobs: digests.map((layer) => ({ kind: 'layer', digest: layer })) };
  }
  const { config, layers } = manifest;
  return { kind: 'image', blobs: [...layers.map((layer) => toBlob('layer', layer)), toBlob('config', config)] };
};
