import type { Env } from '../context.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Login } from './credentials/logins.ts';
/** How one registry is reached. Nothing set: as skopeo does by itself (auth files, certs.d, registries.conf). */
export interface RegistryAccess {
  readonly authFile?: string;
  readonly credentials?: Login;
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

/** What of the outside world decides how skopeo reaches registries. */
export interface RegistryContext {
  readonly env: Env;
  readonly home: string;
  readonly uid: number;
  /** Directory of the system's container configuration, `/etc/containers`. */
  readonly systemDirectory: string;
  /** Another file than the usual ones, as the command line names it. */
  readonly registriesConf?: string | undefined;
  /** Learns the logins that are found. */
  readonly redactor: Redactor;
}
