import type { ErrorType, ImageOutcome } from '../../tracking/vocabulary.ts';

/** What became of one image. */
export interface ImageReport {
  readonly source: string;
  readonly destination: string;
  /** Manifest digest at the destination, where known. */
  readonly digest?: string;
  readonly outcome: ImageOutcome;
  /** Why it was copied, left alone, or not tried. */
  readonly reason: string;
  /** Platforms that were asked for and that the source does not have. */
  readonly missingPlatforms?: readonly string[];
  readonly errorType?: ErrorType;
  /** The registry's or skopeo's words, redacted. */
  readonly message?: string;
  readonly next?: string;
  /** Bytes moved by all attempts together. */
  readonly bytes: number;
  readonly seconds: number;
  readonly attempts: number;
}
