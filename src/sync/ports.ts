import type { Platform } from '../image/platform.ts';
import type { ImageQuestions } from '../operation/skopeo-questions.ts';
import type { RegistryAccess } from '../registry/access.ts';
import type { OperationResult } from '../tracking/events.ts';
import type { CopySettings } from './job.ts';

/** How one `skopeo copy` is to be run: one attempt, no retries of its own. */
export interface ImageCopyOptions extends Omit<CopySettings, 'content' | 'systemPlatform'> {
  /** `index-only`: the index without its images, which the destination has already. */
  readonly content: 'all' | 'system' | 'index-only';
  readonly platform?: Partial<Platform>;
  readonly sourceAccess: RegistryAccess;
  readonly destinationAccess: RegistryAccess;
  /** What people are shown instead of where the copy really goes: it is staged, or a step of a larger one. */
  readonly shownDestination?: string;
  /** Directory of blobs that an OCI layout uses instead of its own. */
  readonly sharedBlobs?: string;
  readonly stallTimeoutSeconds?: number;
  /** Called with the digest of each layer as soon as the destination has it. */
  readonly onLayerFinished?: (digest: string) => void;
  /** Counted from 1. */
  readonly attempt: number;
}

/** What skopeo does for a sync run. All reject with a WrapperError when they fail. */
export interface SkopeoPort extends ImageQuestions {
  /** Never rejects for a failed copy: that is an outcome. */
  copyImage(
    source: string,
    destination: string,
    options: ImageCopyOptions,
    signal: AbortSignal,
  ): Promise<OperationResult>;
}
