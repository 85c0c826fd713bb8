import type { Clock } from '../context.ts';
import type { Platform } from '../image/platform.ts';
import type { ImageQuestions } from '../operation/skopeo-questions.ts';
import type { RegistryAccess } from '../registry/access.ts';
import type { RegistryLookup } from '../registry/lookup.ts';
import type { RegistryOutages } from '../registry/outages.ts';
import type { RegistryPauses } from '../registry/pauses.ts';
import type { OperationResult } from '../tracking/events.ts';
import type { SyncObserver } from '../tracking/observer.ts';
import type { SyncMemory } from './check/memory.ts';
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

/** What a sync run needs from outside. */
export interface SyncContext {
  readonly skopeo: SkopeoPort;
  readonly lookup: RegistryLookup;
  readonly pauses: RegistryPauses;
  readonly outages: RegistryOutages;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observer?: SyncObserver;
  /** Where small temporary files go; absent: the system's place. */
  readonly temporaryDirectory?: string;
  /** In [0, 1). */
  readonly random: () => number;
  /** Where jobs keep lock and memory; absent: they keep none. */
  readonly stateDirectory?: string;
  /** Called with what could not be saved; no copy fails for that. */
  readonly warn?: (message: string) => void;
}

/** The same together with what belongs to one run of one job. */
export interface RunContext extends SyncContext {
  /** What earlier runs of the job found out and wrote. */
  readonly memory: SyncMemory;
  /** When the run began: ages of tags count from it. */
  readonly nowMs: number;
}
