import type { Repository } from '../../image/docker-reference.ts';

/** An image of a source, in the terms of templates and reports. */
export interface SourceImage {
  /** With transport, as skopeo takes it. */
  readonly reference: string;
  /** Host of the registry; absent for a directory. */
  readonly registry?: string;
  /** Repository within the registry, or the path below the directory given. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Where an image goes; messages show the text of the rule as it was written. */
export interface DestinationRule {
  readonly text: string;
  /**
   * The full reference of the destination.
   * @throws WrapperError `usage` when the image lacks a part that the rule needs, or the result is not a valid
   * reference.
   */
  destinationOf(image: SourceImage): string;
  /** Whether an image of any source could go to this repository. */
  writesTo(repository: Repository): boolean;
}
