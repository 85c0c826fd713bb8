import { parseLocation } from '../../image/docker-reference.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import type { WantedImage } from '../plan.ts';

/**
 * Whether a source says itself that it does not have an image, though it may list its tag: some do so for years.
 * @throws WrapperError when it says neither.
 */
export const isGhost = async (
  { source, entry }: WantedImage,
  { lookup, signal }: { readonly lookup: Pick<RegistryLookup, 'head'>; readonly signal: AbortSignal },
): Promise<boolean> =>
  parseLocation(source).transport === 'docker' && (await lookup.head(source, entry.sourceAccess, signal)) === undefined;
