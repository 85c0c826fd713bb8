import type { Env } from '../context.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Login } from './credentials/logins.ts';
/** How to reach one registry. If nothing is set: as skopeo does by itself (auth files, certs.d, registries.conf). */
export interface RegistryAccess {
  readonly authFile?: string;
  readonly credentials?: Login;
  /** Use no credentials even where some are known. */
  readonly anonymous?: boolean;
  readonly certDirectory?: string;
  readonly tlsVerify?: boolean;
}

/** Limits on the use of one registry. */
export interface RegistryLimits {
  /** Copies at a time that read from or write to this registry. */
  readonly parallel?: number;
  readonly requestsPerSecond?: number;
  /** Number of pulls of a counted allowance to leave for others. */
  readonly pullReserve?: number;
}

/** What decides outside this program how skopeo reaches registries. */
export interface RegistryContext {
  readonly env: Env;
  readonly home: string;
  readonly uid: number;
  /** Directory of the system's container configuration, `/etc/containers`. */
  readonly systemDirectory: string;
  /** The file that the command line names instead of the usual ones. */
  readonly registriesConf?: string | undefined;
  /** Receives the logins that are found, to hide their passwords. */
  readonly redactor: Redactor;
}
