import { registryOf } from '../image/docker-reference.ts';
import type { Platform } from '../image/platform.ts';
import type { RetryPolicy } from '../operation/retry.ts';
import type { RegistryAccess, RegistryLimits } from '../registry/access.ts';
import type { DestinationRule } from './map/destination-rule.ts';
import type { Pattern } from './select/pattern.ts';
import type { Selection } from './select/selection.ts';
import type { SigningSettings } from './signing.ts';

/** Whole indexes, skopeo's own choice for this system, or a list of platforms. */
export type ImageContent = 'all' | 'system' | readonly Platform[];

/** Several platforms give an index of only these; one platform gives a plain image, as `system` does. */
export const isSeveralPlatforms = (content: ImageContent): content is readonly Platform[] =>
  typeof content !== 'string' && content.length > 1;

/** How `skopeo copy` is to convert an image. */
export interface CopySettings extends SigningSettings {
  readonly content: ImageContent;
  /** The platform that `system` means, if it is not the one of this machine. */
  readonly systemPlatform?: Partial<Platform>;
  readonly format?: 'oci' | 'v2s1' | 'v2s2';
  readonly preserveDigests: boolean;
  readonly removeSignatures?: boolean;
}

/** Where images come from: a repository of a registry, or the images below a directory (`dir:` format). */
export type SyncSource =
  | { readonly kind: 'repository'; readonly registry: string; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string };

/** One source, with what is selected of it and where that goes. */
export interface SyncEntry {
  /** For people: `quay.io/coreos/etcd`. */
  readonly name: string;
  /** Line of the configuration file, counted from 1. */
  readonly line?: number;
  /** Where its settings are, for the next step after a failure; default: in flags. */
  readonly settingsAre?: 'flags' | 'file';
  readonly source: SyncSource;
  readonly selection: Selection;
  readonly destinations: readonly DestinationRule[];
  readonly copy: CopySettings;
  readonly sourceAccess: RegistryAccess;
  /** Tags that never change: once they are copied, no request is made for them again. */
  readonly immutable: readonly Pattern[];
  /** What to do with a `dir:` destination that exists with other content. */
  readonly existingDirectory: 'replace' | 'refuse';
}

export interface PrunePolicy {
  /** Largest part of the job's own tags that one run may remove, 0 to 1. */
  readonly maxShare: number;
}

/** The values that apply where neither the file nor the command line sets any. */
export const JOB_DEFAULTS = {
  parallel: 8,
  stallTimeoutSeconds: 300,
  retry: { times: 3, delaySeconds: 2, maxDelaySeconds: 120 },
  maxPruneShare: 0.2,
} as const;

/** Everything that one run of `sync` is to do, from a file or from skopeo's options. */
export interface SyncJob {
  readonly name?: string;
  readonly entries: readonly SyncEntry[];
  /** Images copied at a time. */
  readonly parallel: number;
  readonly registries: ReadonlyMap<string, RegistryLimits>;
  /** How to reach the registries of destinations, by host; the empty host means all others. */
  readonly destinationAccess: ReadonlyMap<string, RegistryAccess>;
  readonly retry: RetryPolicy;
  readonly stallTimeoutSeconds?: number;
  readonly onFailure: 'continue' | 'stop';
  readonly prune?: PrunePolicy;
}

/** How a destination of the job is reached: by its registry's settings, or by those for all registries. */
export const destinationAccess =
  ({ destinationAccess: access }: SyncJob) =>
  (destination: string): RegistryAccess =>
    access.get(registryOf(destination) ?? '') ?? access.get('') ?? {};

/** Every way in which a job reaches a registry. */
export const accessesOf = ({ entries, destinationAccess: access }: SyncJob): readonly RegistryAccess[] => [
  ...entries.map(({ sourceAccess }) => sourceAccess),
  ...access.values(),
];
