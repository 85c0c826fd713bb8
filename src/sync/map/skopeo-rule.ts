import { posix } from 'node:path';
import { usageError } from '../../errors/wrapper-error.ts';
import { parseLocation, repositoryKey } from '../../image/docker-reference.ts';
import { parseSyncDestination } from '../../image/reference.ts';
import type { DestinationRule, SourceImage } from './destination-rule.ts';

interface SkopeoMapping {
  readonly transport: 'docker' | 'dir';
  readonly destination: string;
  /** Keep the whole source path instead of its last component. */
  readonly scoped: boolean;
  readonly appendSuffix: string;
}

/**
 * `registry/path:tag` for an image in a registry; for one in a directory the path below that directory, or its name.
 */
const scopedName = ({ registry, path, tag, digest }: SourceImage): string => {
  const repository = registry === undefined ? path : `${registry}/${path}`;
  if (digest !== undefined) return `${repository}@${digest}`;
  return tag === undefined ? repository : `${repository}:${tag}`;
};

/**
 * Where `skopeo sync` puts an image: DESTINATION joined with the last component of the source, or with all of it when
 * scoped, and the suffix at the very end. Source: cmd/skopeo/sync.go of skopeo.
 */
export const skopeoRule = ({ transport, destination, scoped, appendSuffix }: SkopeoMapping): DestinationRule => {
  const destinationOf = (image: SourceImage): string => {
    const name = scopedName(image);
    const place = posix.join(destination, scoped ? name : posix.basename(name)) + appendSuffix;
    if (transport === 'dir') return `dir:${place}`;
    const reference = `docker://${place}`;
    try {
      parseLocation(reference);
    } catch {
      throw usageError(
        `${image.reference} would go to "${place}", which is not a valid image reference`,
        destination.includes('://') ? 'Write DESTINATION without a transport; --dest names it.' : undefined,
      );
    }
    return reference;
  };
  const { registry = '', repository: prefix } = parseSyncDestination(destination, transport);
  const below = repositoryKey({ registry, path: prefix === undefined ? '' : `${prefix}/` });
  return {
    text: destination,
    destinationOf,
    writesTo: (repository) => transport === 'docker' && `${repositoryKey(repository)}/`.startsWith(below),
  };
};
