import * as z from 'zod';
import { type Platform, platformName } from './platform.ts';

const indexSchema = z.looseObject({
  manifests: z.array(
    z.looseObject({
      digest: z.string(),
      platform: z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
    }),
  ),
});

/** An index reduced to some platforms. */
export interface FilteredIndex {
  /** The new index, byte for byte the same for the same input. */
  readonly bytes: Buffer;
  readonly instances: readonly string[];
  /** Platforms wanted that the index has no image for, such as `linux/arm64`. */
  readonly missing: readonly string[];
  /** Nothing was taken out: the bytes are those of the original. */
  readonly isWhole: boolean;
}

const matches = (
  wanted: Platform,
  platform: { os: string; architecture: string; variant?: string | undefined } | undefined,
) =>
  platform?.os === wanted.os &&
  platform.architecture === wanted.architecture &&
  (wanted.variant === undefined || platform.variant === wanted.variant);

/** Reduces an index to the platforms wanted, everything else left as it is; absent when the bytes are no index. */
export const filterIndex = (bytes: Uint8Array, platforms: readonly Platform[]): FilteredIndex | undefined => {
  const parsed = indexSchema.safeParse(parseJson(bytes));
  if (!parsed.success) return undefined;
  const all = parsed.data.manifests;
  const manifests = all.filter(({ platform }) => platforms.some((wanted) => matches(wanted, platform)));
  const isWhole = manifests.length === all.length;
  const reduced = isWhole ? bytes : JSON.stringify({ ...parsed.data, manifests }, null, 2);
  const missing = platforms.filter((wanted) => !all.some(({ platform }) => matches(wanted, platform)));
  return {
    bytes: Buffer.from(reduced),
    instances: manifests.map(({ digest }) => digest),
    missing: missing.map(platformName),
    isWhole,
  };
};

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
};
