import type { Repository } from '../image/docker-reference.ts';
import type { RegistryAccess } from './access.ts';

/** What a registry says about a manifest without sending it. */
export interface ManifestHead {
  readonly digest: string;
  readonly mediaType?: string;
}

/** Questions to registries, answered in the cheapest way that is certain. All reject when there is no answer. */
export interface RegistryLookup {
  /** Opens the connection to a registry that will be asked soon; errors appear with the first question. */
  connect(reference: string, access: RegistryAccess, signal: AbortSignal): void;
  tags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
  /** Absent: the registry itself says that there is no such image; a bare 404 does not count. */
  head(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<ManifestHead | undefined>;
  manifest(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Seconds for which the registry wants no requests, found out by a request that costs no pull; absent if it answers
   * that request.
   */
  requestedPauseSeconds(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<number | undefined>;
  /** Whether this registry counts pulls, as far as this is known by now. */
  countsPulls(registry: string): boolean;
  /** Pulls left of the allowance, according to the last answer. */
  pullsLeft(registry: string): number | undefined;
}

/** The questions that skopeo answers if the direct request gives no clear answer. Both reject with a WrapperError. */
export interface SkopeoQuestions {
  /** The manifest or index of a reference, byte for byte (`skopeo inspect --raw`). */
  inspectRaw(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array>;
  listTags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
}
