import { EXIT } from '../errors/wrapper-error.ts';
import { registryOf } from '../image/docker-reference.ts';
import type { BlobDescriptor } from '../tracking/events.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';
import type { SyncEntry } from './job.ts';
import type { Mapped } from './map/collisions.ts';

/** An image that is wanted at a destination. */
export interface WantedImage extends Mapped {
  readonly entry: SyncEntry;
  /** Tag at the source; absent for images by digest or of a directory. */
  readonly tag?: string;
  /** Why it was selected. */
  readonly selectedBecause: string;
}

/** What to do with a wanted image, and why. */
export interface PlannedImage extends WantedImage {
  readonly action: 'copy' | 'skip';
  /** `new at the destination`, `unchanged`, … */
  readonly reason: string;
  /** The digest that the source has now for its reference, where it was asked for. */
  readonly sourceDigest?: string;
  readonly destinationDigest?: string;
  /** The image at the destination lacks parts or has wrong ones. */
  readonly isBroken?: boolean;
  /** Blobs that a copy would read, each once; absent where finding out would have cost a pull. */
  readonly blobs?: readonly BlobDescriptor[];
  /** Platforms that were requested and that the source does not have, as far as is known. */
  readonly missingPlatforms?: readonly string[];
  /** Why a copy would fail, where the source has said so already. */
  readonly failure?: ImageFailure;
  /** Number of pulls that a copy costs at the source's registry; absent where pulls are not counted. */
  readonly pulls?: number;
}

/** The class of a failure, what was said, and what to do. */
export interface ImageFailure {
  readonly errorType: ErrorType;
  readonly message: string;
  readonly next?: string;
}

/** A tag of a source that is not selected. */
export interface DroppedImage {
  readonly source: string;
  readonly reason: string;
}

/** An entry that is skipped, because its source could not be listed or has too few images. */
export interface FailedEntry extends ImageFailure {
  readonly entry: SyncEntry;
}

export interface Plan {
  readonly images: readonly PlannedImage[];
  readonly dropped: readonly DroppedImage[];
  readonly failures: readonly FailedEntry[];
  /** Number of images of other shards, which `images` leaves out. */
  readonly otherShards: number;
  /** Planning was stopped before its end. */
  readonly isIncomplete?: boolean;
  /** What pruning would remove and keep; absent when the job does not prune. */
  readonly prune?: PrunePlan;
}

/** What to do with a tag that is no longer selected. */
export interface PruneVerdict {
  readonly destination: string;
  readonly action: 'remove' | 'keep' | 'forget';
  readonly reason: string;
}

/** Why a job that prunes may remove nothing, and what to do about it. */
export interface PruneRefusal {
  readonly refused: string;
  readonly next: string;
}

/** Verdicts on tags that are no longer selected, or the reason why nothing may be removed. */
type PrunePlan = { readonly verdicts: readonly PruneVerdict[] } | Pick<PruneRefusal, 'refused'>;

/** Joins the parts of a plan. */
export const joinPlans = (parts: readonly Plan[]): Plan => ({
  images: parts.flatMap(({ images }) => images),
  dropped: parts.flatMap(({ dropped }) => dropped),
  failures: parts.flatMap(({ failures }) => failures),
  otherShards: parts.reduce((sum, { otherShards }) => sum + otherShards, 0),
});

/** The sums of a plan. */
interface PlanTotals {
  readonly copy: number;
  readonly skip: number;
  readonly dropped: number;
  readonly failed: number;
  /** Images that cannot be copied, as far as is known. */
  readonly failedImages: number;
  /** Bytes of distinct blobs per destination registry; it is not known beforehand which the destination has already. */
  readonly bytes: number;
  /** Images whose size is not known. */
  readonly unknownSize: number;
  /** Expected pulls per source registry that counts pulls. */
  readonly pulls: Readonly<Record<string, number>>;
}

/** Sums up a plan. A blob that several images share counts once for each destination registry. */
export const planTotals = ({ images, dropped, failures }: Plan): PlanTotals => {
  const copies = images.filter(({ action, failure }) => action === 'copy' && failure === undefined);
  const sizes = new Map<string, number>();
  const pulls: Record<string, number> = {};
  for (const { source, destination, blobs, pulls: own } of copies) {
    const place = registryOf(destination) ?? destination;
    for (const { digest, sizeBytes = 0 } of blobs ?? []) sizes.set(`${place} ${digest}`, sizeBytes);
    const registry = registryOf(source);
    if (registry !== undefined && own !== undefined) pulls[registry] = (pulls[registry] ?? 0) + own;
  }
  return {
    copy: copies.length,
    skip: images.filter(({ action }) => action === 'skip').length,
    dropped: dropped.length,
    failed: failures.length,
    failedImages: images.filter(({ failure }) => failure !== undefined).length,
    bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    unknownSize: copies.filter(({ blobs }) => blobs === undefined).length,
    pulls,
  };
};

/** The exit status that a run would end with, as far as it is known. */
export const exitCodeOfPlan = ({ failures, images, prune }: Plan): number => {
  const possible = images.filter(({ failure }) => failure === undefined);
  const isRefused = prune !== undefined && 'refused' in prune;
  if (failures.length === 0 && possible.length === images.length && !isRefused) return EXIT.success;
  return possible.length === 0 ? EXIT.failure : EXIT.partialFailure;
};
