import type { DestinationState } from '../../image/local-image.ts';
import { isIndexType, isManifestType, MEDIA_TYPES } from '../../image/manifest.ts';
import type { ManifestHead } from '../../registry/lookup.ts';
import { type CopySettings, isSeveralPlatforms } from '../job.ts';

/** What to do with an image, and why. */
export interface Verdict {
  readonly action: 'copy' | 'skip';
  readonly reason: string;
}

const FORMAT_TYPES = {
  oci: [MEDIA_TYPES.ociManifest, MEDIA_TYPES.ociIndex],
  v2s2: [MEDIA_TYPES.dockerManifest, MEDIA_TYPES.dockerList],
  v2s1: [
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    'application/vnd.docker.distribution.manifest.v1+json',
  ],
} as const satisfies Record<NonNullable<CopySettings['format']>, readonly string[]>;

export const UNCHANGED: Verdict = { action: 'skip', reason: 'unchanged' };

const hasFormat = (mediaType: string | undefined, format: CopySettings['format']): boolean =>
  format === undefined || FORMAT_TYPES[format].some((type) => type === mediaType);

/**
 * Whether equal digests mean that there is nothing to do. A destination that holds the whole index is not what a copy
 * of one platform would leave there, and neither is one in another format.
 */
const isSameContent = ({ content, format }: CopySettings, mediaType: string | undefined): boolean => {
  if (!hasFormat(mediaType, format)) return false;
  return content === 'all' ? true : isManifestType(mediaType);
};

/** Whether the digests alone say that there is nothing to do, whatever earlier runs found out. */
export const isUnchangedByDigest = (
  settings: CopySettings,
  source: ManifestHead,
  destination: DestinationState,
): boolean =>
  source.digest === destination.digest && isSameContent(settings, destination.mediaType ?? source.mediaType);

/** Whether several platforms are requested of an index: only the index can tell if it has exactly these. */
const isSeveralOfIndex = ({ content, format }: CopySettings, mediaType: string | undefined): boolean =>
  isSeveralPlatforms(content) && hasFormat(mediaType, format) && isIndexType(mediaType);

/**
 * Compares by digests alone. Absent: the index itself is needed, since the digests differ but only one platform was
 * requested and the source may be an index, or the digests are equal but several platforms were requested.
 */
export const compareDigests = (
  settings: CopySettings,
  source: ManifestHead,
  destination: DestinationState,
  remembered: string | undefined,
): Verdict | undefined => {
  if (remembered === destination.digest || isUnchangedByDigest(settings, source, destination)) return UNCHANGED;
  if (source.digest === destination.digest) {
    const mediaType = destination.mediaType ?? source.mediaType;
    if (isSeveralOfIndex(settings, mediaType)) return undefined;
    return { action: 'copy', reason: isIndexType(mediaType) ? 'holds all platforms' : 'in another format' };
  }
  const isDecided =
    remembered !== undefined ||
    settings.content === 'all' ||
    settings.format !== undefined ||
    isManifestType(source.mediaType);
  return isDecided ? { action: 'copy', reason: 'changed at the source' } : undefined;
};
