import * as z from 'zod';
import { formatCount } from '../../text/format.ts';

/** In reports and in plans. */
export const MISSING_PLATFORMS = z
  .array(z.string())
  .describe('platforms that were asked for and that the source does not have, as far as it is known');

/** One line about images that lack platforms (`2 images lack linux/arm64, 1 lacks linux/s390x`); empty without any. */
export const missingPlatformsLine = (images: readonly { readonly missingPlatforms?: readonly string[] }[]): string => {
  const counts = new Map<string, number>();
  for (const platform of images.flatMap(({ missingPlatforms = [] }) => missingPlatforms))
    counts.set(platform, (counts.get(platform) ?? 0) + 1);
  return [...counts]
    .map(([platform, count]) => `${formatCount(count, 'image')} ${count === 1 ? 'lacks' : 'lack'} ${platform}`)
    .join(', ');
};
