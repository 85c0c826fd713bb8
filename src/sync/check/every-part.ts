import { dockerReference, type Repository } from '../../image/docker-reference.ts';
import { isManifestType } from '../../image/manifest.ts';
import { linksOf } from '../../image/manifest-links.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { ManifestHead, RegistryLookup } from '../../registry/lookup.ts';

interface PartContext {
  readonly lookup: Pick<RegistryLookup, 'head' | 'manifest'>;
  readonly signal: AbortSignal;
}

/**
 * Whether a repository has every manifest that an index consists of, at any depth: registries delete manifests even if
 * an index needs them. Costs one request for the index and one for each part, and none if the media type is that of a
 * single image.
 */
export const hasEveryPart = async (
  repository: Repository,
  { digest, mediaType }: ManifestHead,
  context: PartContext,
  access: RegistryAccess,
): Promise<boolean> => {
  if (isManifestType(mediaType)) return true;
  const { lookup, signal } = context;
  const { children } = linksOf(await lookup.manifest(dockerReference(repository, { digest }), access, signal));
  for (const child of children) {
    const part = await lookup.head(dockerReference(repository, { digest: child }), access, signal);
    if (part === undefined || !(await hasEveryPart(repository, part, context, access))) return false;
  }
  return true;
};
