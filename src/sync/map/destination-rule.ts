import type { Repository } from '../../image/docker-reference.ts';

/** An image of a source, in the words of templates and reports. */
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

/** Where an image goes; the text it was written as serves messages. */
export interface DestinationRule {
  readonly text: string;
  /**
   * The full reference of the destination.
   * @throws WrapperError `usage` when the image lacks a part that the rule needs, or no valid reference comes out.
   */
  destinationOf(image: SourceImage): string;
  /** Whether some image, of whatever source, could go to a repository. */
  writesTo(repository: Repository): boolean;
}
