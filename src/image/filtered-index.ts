import * as z from 'zod';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { parseJson } from '../text/json.ts';
import { descriptorSchema } from './manifest.ts';
import { isPlatform, type Platform, platformName } from './platform.ts';

/** What is written again comes in this order, then the rest: its digest is compared with those of earlier runs. */
const reducibleSchema = z.looseObject({ manifests: z.array(descriptorSchema.pick({ digest: true, platform: true })) });

/** An index reduced to some platforms. */
export interface FilteredIndex {
  /** The bytes of the new index; the same input always gives the same bytes. */
  readonly bytes: Buffer;
  readonly instances: readonly string[];
  /** Requested platforms for which the index has no image, such as `linux/arm64`. */
  readonly missing: readonly string[];
  /** Nothing was removed: the bytes are those of the original. */
  readonly isWhole: boolean;
}

/** The failure of a copy whose source has an image for none of the requested platforms. */
export const noMatchingPlatform = (source: string, requested: readonly string[]): WrapperError =>
  new WrapperError(`${source} has no image for ${requested.join(', ')}`, {
    errorType: 'no_matching_platform',
    exitCode: EXIT.failure,
    next: 'Name one of its platforms, or take all of them.',
  });

/** Reduces an index to the requested platforms and keeps everything else; absent when the bytes are not an index. */
export const filterIndex = (bytes: Uint8Array, platforms: readonly Platform[]): FilteredIndex | undefined => {
  const index = parseJson(bytes, reducibleSchema);
  if (index === undefined) return undefined;
  const all = index.manifests;
  const manifests = all.filter(({ platform }) => platforms.some((wanted) => isPlatform(wanted, platform)));
  const isWhole = manifests.length === all.length;
  const reduced = isWhole ? bytes : JSON.stringify({ ...index, manifests }, null, 2);
  const missing = platforms.filter((wanted) => !all.some(({ platform }) => isPlatform(wanted, platform)));
  return {
    bytes: Buffer.from(reduced),
    instances: manifests.map(({ digest }) => digest),
    missing: missing.map(platformName),
    isWhole,
  };
};
