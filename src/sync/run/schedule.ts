import { localPathOf, registriesOf, registryOf } from '../../image/docker-reference.ts';
import type { RegistryLimits } from '../../registry/access.ts';
import type { PlannedImage } from '../plan.ts';

/** It is not worth waiting for smaller layers: sending them twice costs less than the wait. */
const WORTH_WAITING_BYTES = 64 * 1024;

/** By image: layers that several images of a plan bring to one registry and that should be sent only once. */
type SharedLayers = ReadonlyMap<PlannedImage, readonly string[]>;

/** The key of a layer at a registry. */
const layerAt = (image: PlannedImage, digest: string): string | undefined => {
  const registry = registryOf(image.destination);
  return registry === undefined ? undefined : `${registry} ${digest}`;
};

const bigLayers = (image: PlannedImage): readonly string[] =>
  (image.blobs ?? [])
    .filter(({ kind, sizeBytes = 0 }) => kind === 'layer' && sizeBytes >= WORTH_WAITING_BYTES)
    .flatMap(({ digest }) => layerAt(image, digest) ?? []);

/** Finds the layers that are worth waiting for. */
const sharedLayers = (images: readonly PlannedImage[]): SharedLayers => {
  const layers = new Map(images.map((image) => [image, bigLayers(image)]));
  const counts = new Map<string, number>();
  for (const layer of [...layers.values()].flat()) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return new Map([...layers].map(([image, own]) => [image, own.filter((layer) => (counts.get(layer) ?? 0) > 1)]));
};

/** Something that an image needs while it is copied: a place at a registry, a path, a layer, a part of an allowance. */
type Resource = string;

const bytesOfImage = ({ blobs }: PlannedImage): number =>
  blobs?.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0) ?? 0;

/**
 * Decides which image may start next, so that no place stays idle that any image could use. Big images go first. An
 * image waits for what it needs: for a place at its registries, for a local path that another image is written to, and
 * for big layers that another image is just uploading, so that these are sent once. Waiting images are stored by what
 * they wait for.
 */
export class Schedule {
  readonly #ready: PlannedImage[];
  readonly #waiting = new Map<Resource, PlannedImage[]>();
  readonly #layers: SharedLayers;
  readonly #limits: ReadonlyMap<string, RegistryLimits>;
  readonly #busy = new Map<Resource, number>();
  readonly #uploading = new Map<Resource, PlannedImage>();
  readonly #uploaded = new Set<Resource>();
  readonly #paused = new Set<string>();
  readonly #allowances: Map<string, number>;

  /** `allowances`: the number of pulls that may still be made, for registries that count them. */
  constructor(
    images: readonly PlannedImage[],
    limits: ReadonlyMap<string, RegistryLimits>,
    allowances: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#ready = images.toSorted((a, b) => bytesOfImage(b) - bytesOfImage(a));
    this.#layers = sharedLayers(images);
    this.#limits = limits;
    this.#allowances = new Map(allowances);
  }

  /** Number of images that have not started, or will start again. */
  get size(): number {
    return this.#ready.length + [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Takes the next image that may start now, and reserves what it needs. */
  next(): PlannedImage | undefined {
    for (;;) {
      const image = this.#ready.shift() ?? this.#wake();
      if (image === undefined) return undefined;
      const blocker = this.#blockerOf(image);
      if (blocker === undefined) return this.#start(image);
      this.#wait(blocker, image);
    }
  }

  /** The destination has this layer now: images that waited for it may start. */
  layerFinished(image: PlannedImage, digest: string): void {
    const layer = layerAt(image, digest);
    if (layer === undefined || this.#uploading.get(layer) !== image) return;
    this.#uploading.delete(layer);
    this.#uploaded.add(layer);
  }

  /** Gives back what the image had reserved. */
  finished(image: PlannedImage, succeeded: boolean): void {
    for (const place of placesOf(image)) this.#busy.set(place, (this.#busy.get(place) ?? 1) - 1);
    for (const layer of this.#layers.get(image) ?? []) {
      if (this.#uploading.get(layer) !== image) continue;
      this.#uploading.delete(layer);
      if (succeeded) this.#uploaded.add(layer);
    }
  }

  /** Puts an image back; it is tried again before others. */
  again(image: PlannedImage): void {
    this.#ready.unshift(image);
  }

  /** Starts nothing from or to a registry until it is resumed. */
  pause(registry: string): void {
    this.#paused.add(registry);
  }

  resume(registry: string): void {
    this.#paused.delete(registry);
  }

  /** Takes all images that have not started. */
  drain(): readonly PlannedImage[] {
    const images = [...this.#ready.splice(0), ...[...this.#waiting.values()].flat()];
    this.#waiting.clear();
    return images;
  }

  #wait(blocker: Resource, image: PlannedImage): void {
    const images = this.#waiting.get(blocker);
    if (images === undefined) this.#waiting.set(blocker, [image]);
    else images.push(image);
  }

  #start(image: PlannedImage): PlannedImage {
    for (const place of placesOf(image)) this.#busy.set(place, (this.#busy.get(place) ?? 0) + 1);
    for (const layer of this.#layers.get(image) ?? [])
      if (!this.#uploaded.has(layer)) this.#uploading.set(layer, image);
    const allowance = allowanceOf(image);
    const left = this.#allowances.get(allowance ?? '');
    if (allowance !== undefined && left !== undefined) this.#allowances.set(allowance, left - (image.pulls ?? 1));
    return image;
  }

  #blockerOf(image: PlannedImage): Resource | undefined {
    const allowance = allowanceOf(image);
    const resources = [
      ...registriesOf(image).map((registry) => `pause ${registry}`),
      ...(allowance === undefined ? [] : [`allowance ${allowance}`]),
      ...placesOf(image),
      ...(this.#layers.get(image) ?? []).map((layer) => `layer ${layer}`),
    ];
    return resources.find((resource) => !this.#isFree(resource));
  }

  #isFree(resource: Resource): boolean {
    const [kind = '', ...rest] = resource.split(' ');
    const name = rest.join(' ');
    switch (kind) {
      case 'pause':
        return !this.#paused.has(name);
      case 'allowance':
        return (this.#allowances.get(name) ?? Number.POSITIVE_INFINITY) > 0;
      case 'layer':
        return !this.#uploading.has(name);
      case 'path':
        return (this.#busy.get(resource) ?? 0) === 0;
      default:
        return (this.#busy.get(resource) ?? 0) < (this.#limits.get(name)?.parallel ?? Number.POSITIVE_INFINITY);
    }
  }

  /** One image for which the reason to wait is gone. */
  #wake(): PlannedImage | undefined {
    for (const [resource, images] of this.#waiting) {
      if (!this.#isFree(resource)) continue;
      const image = images.shift();
      if (images.length === 0) this.#waiting.delete(resource);
      if (image !== undefined) return image;
    }
    return undefined;
  }
}

const placesOf = (image: PlannedImage): readonly Resource[] => {
  const path = localPathOf(image.destination);
  return [
    ...registriesOf(image).map((registry) => `registry ${registry}`),
    ...(path === undefined ? [] : [`path ${path}`]),
  ];
};

const allowanceOf = (image: PlannedImage): string | undefined => registryOf(image.source);
