import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BlobDescriptor } from '../../tracking/events.ts';
import type { Platform } from '../job.ts';

/** Media types of manifests and indexes, as asked for and compared. Sources: OCI image-spec, Docker distribution. */
export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/;

export const isIndexType = (mediaType: string | undefined): boolean =>
  mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerList;

export const isManifestType = (mediaType: string | undefined): boolean =>
  mediaType === MEDIA_TYPES.ociManifest || mediaType === MEDIA_TYPES.dockerManifest || SCHEMA_1.test(mediaType ?? '');

const descriptor = z.object({ digest: z.string(), size: z.number().int().nonnegative() });

const indexSchema = z.object({
  mediaType: z.string().optional(),
  manifests: z.array(
    descriptor.extend({
      platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
    }),
  ),
});
const manifestSchema = z.object({ mediaType: z.string().optional(), config: descriptor, layers: z.array(descriptor) });

/** One image of an index. */
export interface IndexInstance {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly platform?: Platform;
}

/** A manifest as far as it is needed here. `other`: schema 1, artifacts and the like, of which nothing is said. */
export type ParsedManifest =
  | { readonly kind: 'index'; readonly instances: readonly IndexInstance[] }
  | { readonly kind: 'image'; readonly blobs: readonly BlobDescriptor[] }
  | { readonly kind: 'other' };

/** Digest of a manifest's bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
};

const toPlatform = (platform: { os: string; architecture: string; variant?: string | undefined }): Platform => {
  const { os, architecture, variant } = platform;
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
};

/** Reads a manifest or index; never fails: what cannot be read is `other`. */
export const parseManifest = (bytes: Uint8Array): ParsedManifest => {
  const json = parseJson(bytes);
  const index = indexSchema.safeParse(json);
  if (index.success) {
    const instances = index.data.manifests.map(({ digest, size, platform }) => ({
      digest,
      sizeBytes: size,
      ...(platform === undefined ? {} : { platform: toPlatform(platform) }),
    }));
    return { kind: 'index', instances };
  }
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success) return { kind: 'other' };
  const layers = manifest.data.layers.map(({ digest, size }) => ({ kind: 'layer' as const, digest, sizeBytes: size }));
  const { config } = manifest.data;
  return { kind: 'image', blobs: [...layers, { kind: 'config', digest: config.digest, sizeBytes: config.size }] };
};

/** Media type of a manifest's bytes, by its own word or its shape. */
export const mediaTypeOf = (bytes: Uint8Array): string | undefined => {
  const json = parseJson(bytes);
  const own = z.object({ mediaType: z.string() }).safeParse(json);
  if (own.success) return own.data.mediaType;
  const { kind } = parseManifest(bytes);
  if (kind === 'index') return MEDIA_TYPES.ociIndex;
  return kind === 'image' ? MEDIA_TYPES.ociManifest : undefined;
};
