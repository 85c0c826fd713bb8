import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { errorCode } from '../errors/system-error.ts';
import { readIfRegular } from '../host/bounded-read.ts';
import type { RegistryContext } from './access.ts';

/**
 * The authorities of one registry in addition to the system's; `special` if a client certificate is configured, or a
 * certificate cannot be read: that is left to skopeo.
 */
type OwnAuthorities = readonly string[] | 'special';

const filesIn = async (directory: string): Promise<readonly string[] | undefined> => {
  try {
    return await readdir(directory);
  } catch {
    return undefined;
  }
};

/** Where certificates for a registry may be; the first directory that exists counts. Source: containers-certs.d(5). */
const directoriesFor = (registry: string, { home, systemDirectory, env }: RegistryContext): readonly string[] => [
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers/certs.d', registry),
  join(systemDirectory, 'certs.d', registry),
  join('/etc/docker/certs.d', registry),
];

/** Several times the size of a system's bundle of certificates. */
const MAX_CERTIFICATE_BYTES = 4 * 1024 ** 2;

const authoritiesIn = (directory: string, names: readonly string[]): OwnAuthorities => {
  if (names.some((name) => /\.(?:cert|key)$/.test(name))) return 'special';
  const own = names.filter((name) => name.endsWith('.crt'));
  const certificates = own.map((name) => readIfRegular(join(directory, name), MAX_CERTIFICATE_BYTES));
  return certificates.some((bytes) => bytes === undefined) ? 'special' : certificates.map(String);
};

/**
 * The authorities that skopeo trusts for a registry in addition to the system's: those in its directory of
 * certificates.
 */
export const ownAuthorities = async (
  registry: string,
  environment: RegistryContext,
  certDirectory?: string,
): Promise<OwnAuthorities> => {
  const candidates = certDirectory === undefined ? directoriesFor(registry, environment) : [certDirectory];
  for (const directory of candidates) {
    const names = await filesIn(directory);
    if (names !== undefined) return authoritiesIn(directory, names);
  }
  return [];
};

/** OpenSSL's error codes for a chain that does not end at a trusted authority. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export const isUntrusted = (error: unknown): boolean => UNTRUSTED.has(errorCode(error));

/**
 * Makes the TLS contexts of a run. Reading the system's authorities takes a tenth of a second, so they are read once,
 * and only if a registry's own authorities are not enough.
 */
export class TrustStore {
  readonly #contexts = new Map<string, SecureContext>();
  #system: readonly string[] | undefined;

  /** Trusts `own`, and with `system` the system's authorities, too (as Go does: never Node's own list). */
  contextFor(own: readonly string[], system: boolean): SecureContext {
    const key = JSON.stringify([system, own]);
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const context = createSecureContext({ ca: [...own, ...(system ? this.#systemAuthorities() : [])] });
    this.#contexts.set(key, context);
    return context;
  }

  #systemAuthorities(): readonly string[] {
    this.#system ??= [...new Set(getCACertificates('system'))];
    return this.#system;
  }
}
