import { createHash } from 'node:crypto';
import * as z from 'zod';

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

/** Digest of a manifest's bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Digest by which a registry knows a manifest. Absent for what is none, and for schema 1: its signatures do not count, and a
 * registry may make new ones for every answer.
 */
export const manifestDigestOf = (bytes: Uint8Array): string | undefined =>
  z.object({ schemaVersion: z.literal(2) }).safeParse(parseJson(bytes)).success ? digestOf(bytes) : undefined;

/** Media type of a manifest's bytes, by its own word or its shape. */
export const mediaTypeOf = (bytes: Uint8Array): string | undefined => {
  const json = parseJson(bytes);
  const own = z.object({ mediaType: z.string() }).safeParse(json);
  if (own.success) return own.data.mediaType;
  const shape = z.object({ manifests: z.array(z.unknown()) }).safeParse(json);
  if (shape.success) return MEDIA_TYPES.ociIndex;
  const isImage = z.object({ config: z.unknown(), layers: z.array(z.unknown()) }).safeParse(json).success;
  return isImage ? MEDIA_TYPES.ociManifest : undefined;
};
