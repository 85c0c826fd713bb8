import { PathResolver, type ResolvedPath } from '../../destination/resolved-path.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import { type ImageLocation, type LocalTransport, parseLocation, referenceKey } from '../../image/docker-reference.ts';

/** An image with its destination. */
export interface Mapped {
  readonly source: string;
  readonly destination: string;
}

const refuse = (a: Mapped, b: Mapped, destination: string): never => {
  throw usageError(
    `${a.source} and ${b.source} would both be written to ${destination}`,
    'Keep more of the source in the destination: --scoped, or {{path}} in the template.',
  );
};

const refuseDifferentCopies = ({ source }: Mapped, destination: string): never => {
  throw usageError(
    `${source} would be written to ${destination} in two ways: entries differ in platforms, format or signing`,
    'Let one of them select it, or give them different destinations.',
  );
};

/** One key for all spellings of a source. */
const sourceKey = (source: string): string => {
  const location = parseLocation(source);
  if (location.transport === 'docker') return referenceKey(source);
  const isArchive = location.transport.endsWith('-archive');
  return isArchive || location.name === undefined ? location.path : `${location.path}:${location.name}`;
};

/** The places on this machine that are written to: one for all names of a path; in a layout one for each image. */
class LocalPlaces<T extends Mapped> {
  readonly #resolver = new PathResolver();
  readonly #at = new Map<
    string,
    { readonly image: T; readonly transport: LocalTransport; readonly path: ResolvedPath }
  >();

  /** The key of a destination; refuses another use of the same place. */
  keyOf(image: T, { transport, path, name }: Extract<ImageLocation, { transport: LocalTransport }>): string {
    const resolved = this.#resolver.resolve(path);
    const other = this.#at.get(resolved.key);
    if (other !== undefined && other.transport !== transport) refuse(other.image, image, image.destination);
    if (other === undefined) this.#at.set(resolved.key, { image, transport, path: resolved });
    return transport === 'oci' ? `${resolved.key}:${name ?? ''}` : resolved.key;
  }

  /** Overwriting a directory would remove everything below it, and below a file nothing can be. */
  refuseNested(): void {
    for (const { image, path } of this.#at.values()) {
      for (const key of path.above) {
        const outer = this.#at.get(key);
        if (outer !== undefined) refuse(outer.image, image, outer.image.destination);
      }
    }
  }
}

/**
 * Removes images that are listed twice for the same destination. It refuses different images for one destination, and
 * also the same image if `isCopiedAlike` says that the two are copied differently. It reads the file system to
 * recognise different names of one local destination.
 * @throws WrapperError `usage` naming both sources and the destination.
 */
export const withoutCollisions = <T extends Mapped>(
  images: readonly T[],
  isCopiedAlike: (a: T, b: T) => boolean = () => true,
): readonly T[] => {
  const seen = new Map<string, T>();
  const places = new LocalPlaces<T>();
  for (const image of images) {
    const location = parseLocation(image.destination);
    const key = location.transport === 'docker' ? referenceKey(image.destination) : places.keyOf(image, location);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, image);
    else if (sourceKey(earlier.source) !== sourceKey(image.source)) refuse(earlier, image, image.destination);
    else if (!isCopiedAlike(earlier, image)) refuseDifferentCopies(image, image.destination);
  }
  places.refuseNested();
  return [...seen.values()];
};
