/** How one registry is reached. Nothing set: as skopeo does by itself (auth files, certs.d, registries.conf). */
export interface RegistryAccess {
  readonly authFile?: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Use no credentials even where some are known. */
  readonly anonymous?: boolean;
  readonly certDirectory?: string;
  readonly tlsVerify?: boolean;
}

/** Politeness towards one registry. */
export interface RegistryLimits {
  /** Copies at a time that read from or write to this registry. */
  readonly parallel?: number;
  readonly requestsPerSecond?: number;
  /** Pulls of a counted allowance that are left to others. */
  readonly pullReserve?: number;
}
