import type { Repository } from '../../image/docker-reference.ts';
import type { SourceImage } from '../source-image.ts';

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
