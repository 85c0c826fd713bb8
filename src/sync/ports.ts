import type { Repository } from '../image/docker-reference.ts';
import type { OperationResult } from '../tracking/events.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';
import type { CopySettings, Platform, RegistryAccess } from './job.ts';

/** How one `skopeo copy` is to be run: one attempt, no retries of its own. */
export interface CopyOptions extends Omit<CopySettings, 'content' | 'systemPlatform'> {
  /** `index-only`: the index without its images, which the destination has already. */
  readonly content: 'all' | 'system' | 'index-only';
  readonly platform?: Partial<Platform>;
  readonly sourceAccess: RegistryAccess;
  readonly destinationAccess: RegistryAccess;
  /** What people are shown instead of where the copy really goes: it is staged, or a step of a larger one. */
  readonly shownDestination?: string;
  readonly stallTimeoutSeconds?: number;
  /** Called with the digest of each layer as soon as the destination has it. */
  readonly onLayerFinished?: (digest: string) => void;
  /** Counted from 1. */
  readonly attempt: number;
}

/** What skopeo does for a sync run. All reject with a WrapperError when they fail. */
export interface SkopeoPort {
  /** Never rejects for a failed copy: that is an outcome. */
  copyImage(source: string, destination: string, options: CopyOptions, signal: AbortSignal): Promise<OperationResult>;
  /** The manifest or index of a reference, byte for byte (`skopeo inspect --raw`). */
  inspectRaw(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array>;
  listTags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
  /** When the image was created, by its own word; absent if it does not say. */
  createdAt(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Date | undefined>;
  deleteImage(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<void>;
}

/** A manifest as a registry describes it without sending it. */
export interface ManifestHead {
  readonly digest: string;
  readonly mediaType?: string;
}

/** Questions to registries, answered the cheapest way that is sure. All reject when the answer could not be had. */
export interface RegistryLookup {
  /** Opens the connection to a registry that will be asked soon; what goes wrong shows with the first question. */
  greet(reference: string, access: RegistryAccess, signal: AbortSignal): void;
  tags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
  /** Absent: the registry says there is no such image. */
  head(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<ManifestHead | undefined>;
  manifest(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array>;
  /** Seconds that the registry wants to be left in peace, by a question that costs no pull; absent if it answers that. */
  askedPause(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<number | undefined>;
  /** Whether this registry counts pulls, as far as it is known by now. */
  countsPulls(registry: string): boolean;
  /** Pulls left of the allowance, as last heard. */
  pullsLeft(registry: string): number | undefined;
}

/** Told of what happens, when it happens; the metrics recorder and the display implement it. */
export interface SyncObserver {
  imageFinished?(outcome: 'copied' | 'unchanged' | 'skipped' | 'failed'): void;
  rateLimited?(registry: string): void;
  retrying?(errorType: ErrorType): void;
  /** A question to a registry begins. */
  questionAsked?(registry: string): void;
  questionClosed?(registry: string, isAnswered: boolean): void;
  /** Images not yet started. */
  queueChanged?(waiting: number): void;
  checked?(done: number, total: number): void;
  /** Sources that could not be listed at first and are listed again after everything else. */
  sourcesLeft?(count: number): void;
}
