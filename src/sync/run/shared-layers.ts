import { registryOf } from '../../image/docker-reference.ts';
import type { PlannedImage } from '../plan.ts';

/** Smaller layers are not worth waiting for: sending them twice costs less than the wait. */
const WORTH_WAITING_BYTES = 64 * 1024;

/** Layers that several images of a plan bring to one registry, by image: those that should be sent once only. */
export type SharedLayers = ReadonlyMap<PlannedImage, readonly string[]>;

/** One name for a layer at a registry. */
export const layerAt = (image: PlannedImage, digest: string): string | undefined => {
  const registry = registryOf(image.destination);
  return registry === undefined ? undefined : `${registry} ${digest}`;
};

const bigLayers = (image: PlannedImage): readonly string[] =>
  (image.blobs ?? [])
    .filter(({ kind, sizeBytes = 0 }) => kind === 'layer' && sizeBytes >= WORTH_WAITING_BYTES)
    .flatMap(({ digest }) => layerAt(image, digest) ?? []);

/** Finds the layers worth waiting for. */
export const sharedLayers = (images: readonly PlannedImage[]): SharedLayers => {
  const layers = new Map(images.map((image) => [image, bigLayers(image)]));
  const counts = new Map<string, number>();
  for (const layer of [...layers.values()].flat()) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return new Map([...layers].map(([image, own]) => [image, own.filter((layer) => (counts.get(layer) ?? 0) > 1)]));
};
