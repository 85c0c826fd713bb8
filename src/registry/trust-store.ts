import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { errorCode } from '../errors/system-error.ts';

/** Codes of OpenSSL for a chain that ends at nobody who is trusted. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export const isUntrusted = (error: unknown): boolean => UNTRUSTED.has(errorCode(error));

/**
 * Makes the TLS contexts of a run. The system's authorities take a tenth of a second to read, so that they are read once,
 * and only where a registry's own authorities do not suffice.
 */
export class TrustStore {
  readonly #contexts = new Map<string, SecureContext>();
  #system: readonly string[] | undefined;

  /** Trusts `own`, and with `system` the system's authorities too (as Go does: never Node's own list). */
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
