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

/** What is to be done with a wanted image, and why. */
export interface PlannedImage extends WantedImage {
  readonly action: 'copy' | 'skip';
  /** `new at the destination`, `unchanged`, … */
  readonly reason: string;
  /** Digest that the source's reference stands for now, where it was asked. */
  readonly sourceDigest?: string;
  readonly destinationDigest?: string;
  /** What lies at the destination lacks parts or has wrong ones. */
  readonly isBroken?: boolean;
  /** Blobs that a copy would read, each once; absent where finding out would have cost a pull. */
  readonly blobs?: readonly BlobDescriptor[];
  /** Platforms that were asked for and that the source does not have, as far as it is known. */
  readonly missingPlatforms?: readonly string[];
  /** Pulls that a copy counts for at the source's registry; absent where pulls are not counted. */
  readonly pulls?: number;
}

/** A tag of a source that is not wanted. */
export interface DroppedImage {
  readonly source: string;
  readonly reason: string;
}

/** An entry of which nothing is done, because its source could not be listed or has too little. */
export interface FailedEntry {
  readonly entry: SyncEntry;
  readonly errorType: ErrorType;
  readonly message: string;
  readonly next?: string;
}

export interface Plan {
  readonly images: readonly PlannedImage[];
  readonly dropped: readonly DroppedImage[];
  readonly failures: readonly FailedEntry[];
  /** Images of other shards, left out of `images`. */
  readonly otherShards: number;
  /** Planning was stopped before it was done. */
  readonly isIncomplete?: boolean;
  /** What prune would remove and keep; absent when the job does not prune. */
  readonly prune?: PrunePlan;
}

/** What is to become of a tag that is no longer wanted. */
export interface PruneVerdict {
  readonly destination: string;
  readonly action: 'remove' | 'keep' | 'forget';
  readonly reason: string;
}

/** Tags that are no longer wanted, or why nothing may be removed. */
export type PrunePlan = { readonly verdicts: readonly PruneVerdict[] } | { readonly refused: string };

/** One plan of several parts. */
export const joinPlans = (parts: readonly Plan[]): Plan => ({
  images: parts.flatMap(({ images }) => images),
  dropped: parts.flatMap(({ dropped }) => dropped),
  failures: parts.flatMap(({ failures }) => failures),
  otherShards: parts.reduce((sum, { otherShards }) => sum + otherShards, 0),
});
