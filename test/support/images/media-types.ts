import type { Compression } from './encoding.ts';

/** Media types of OCI (image-spec media-types.md) and of Docker's image manifest version 2, schema 2 and 1. */
export const MEDIA_TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    schema1: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  },
} as const;

/** Media type of a layer blob in OCI's words. */
export const layerMediaType = (compression: Compression): string =>
  compression === 'none' ? MEDIA_TYPES.oci.layer : `${MEDIA_TYPES.oci.layer}+${compression}`;
