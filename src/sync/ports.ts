import type { Platform } from '../image/platform.ts';
import type { ImageQuestions } from '../operation/skopeo-questions.ts';
import type { RegistryAccess } from '../registry/access.ts';
import type { OperationResult } from '../tracking/events.ts';
import type { CopySettings } from './job.ts';

/** How to run one `skopeo copy`: one attempt, without retries. */
export interface ImageCopyOptions extends Omit<CopySettings, 'content' | 'systemPlatform'> {
  /** `index-only`: copy the index without its images, which the destination has already. */
  readonly content: 'all' | 'system' | 'index-only';
  readonly platform?: Partial<Platform>;
  readonly sourceAccess: RegistryAccess;
  readonly destinationAccess: RegistryAccess;
  /** What is shown to people instead of the real destination, which is a stage or a step of a larger copy. */
  readonly shownDestination?: string;
  /** A directory of blobs that an OCI layout uses instead of its own. */
  readonly sharedBlobs?: string;
  readonly stallTimeoutSeconds?: number;
  /** Called with the digest of each layer as soon as the destination has it. */
  readonly onLayerFinished?: (digest: string) => void;
  /** Counted from 1. */
  readonly attempt: number;
}

/** What skopeo does for a sync run. All reject with a WrapperError when they fail. */
export interface SkopeoPort extends ImageQuestions {
  /** A failed copy does not reject: it is a result. */
  copyImage(
    source: string,
    destination: string,
    options: ImageCopyOptions,
    signal: AbortSignal,
  ): Promise<OperationResult>;
}
