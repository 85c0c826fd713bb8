import type { Repository } from '../image/docker-reference.ts';
import type { RegistryAccess } from './access.ts';

/** A manifest as a registry describes it without sending it. */
export interface ManifestHead {
  readonly digest: string;
  readonly mediaType?: string;
}

/** Questions to registries, answered the cheapest way that is sure. All reject when the answer could not be had. */
export interface RegistryLookup {
  /** Opens the connection to a registry that will be asked soon; what goes wrong shows with the first question. */
  connect(reference: string, access: RegistryAccess, signal: AbortSignal): void;
  tags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
  /** Absent: the registry says in its own words that there is no such image; a bare 404 says nothing. */
  head(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<ManifestHead | undefined>;
  manifest(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array>;
  /** Seconds that the registry wants to be left in peace, by a question that costs no pull; absent if it answers that. */
  requestedPauseSeconds(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<number | undefined>;
  /** Whether this registry counts pulls, as far as it is known by now. */
  countsPulls(registry: string): boolean;
  /** Pulls left of the allowance, as last heard. */
  pullsLeft(registry: string): number | undefined;
}

/** The questions that skopeo answers where the direct way leaves a doubt. Both reject with a WrapperError. */
export interface SkopeoQuestions {
  /** The manifest or index of a reference, byte for byte (`skopeo inspect --raw`). */
  inspectRaw(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array>;
  listTags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
}
