import { dirname } from 'node:path';
import { usageError } from '../../errors/wrapper-error.ts';
import { localPathOf, parseLocation, referenceKey } from '../../image/docker-reference.ts';

/** An image on its way. */
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

const refuseTwoWays = ({ source }: Mapped, destination: string): never => {
  throw usageError(
    `${source} would be written to ${destination} in two ways: entries differ in platforms, format or signing`,
    'Let one of them select it, or give them different destinations.',
  );
};

/** One key for all spellings of a source or a destination. */
const keyOf = (destination: string): string => {
  const location = parseLocation(destination);
  if (location.transport === 'docker') return referenceKey(destination);
  const isArchive = location.transport.endsWith('-archive');
  return isArchive || location.name === undefined ? location.path : `${location.path}:${location.name}`;
};

/** A directory that is overwritten takes everything below it along. */
const refuseNested = (directories: ReadonlyMap<string, Mapped>): void => {
  for (const [path, image] of directories) {
    for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
      const outer = directories.get(parent);
      if (outer !== undefined) refuse(outer, image, `dir:${parent}`);
    }
  }
};

/**
 * Takes out images that are listed twice for the same destination and refuses different ones, and the same one where
 * `isCopiedAlike` denies that both mean the same.
 * @throws WrapperError `usage` naming both sources and the destination.
 */
export const withoutCollisions = <T extends Mapped>(
  images: readonly T[],
  isCopiedAlike: (a: T, b: T) => boolean = () => true,
): readonly T[] => {
  const seen = new Map<string, T>();
  const directories = new Map<string, Mapped>();
  for (const image of images) {
    const key = keyOf(image.destination);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, image);
    else if (keyOf(earlier.source) !== keyOf(image.source)) refuse(earlier, image, image.destination);
    else if (!isCopiedAlike(earlier, image)) refuseTwoWays(image, image.destination);
    const path = image.destination.startsWith('dir:') ? localPathOf(image.destination) : undefined;
    if (path !== undefined) directories.set(path, image);
  }
  refuseNested(directories);
  return [...seen.values()];
};
