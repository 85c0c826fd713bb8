import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsServerConfig } from './schema.ts';

/** The part of the TLS configuration that decides about clients. */
export type ClientCertificatePolicy = Pick<TlsServerConfig, 'client_auth_type' | 'client_allowed_sans'>;

/** One entry of Node's `subjectAltName`: a value with special characters is a JSON string. */
const ALT_NAME = /(?:^|, )(?:DNS|email|URI):(?<value>"(?:[^"\\]|\\.)*"|[^,]*)/g;

const altNames = (certificate: X509Certificate): string[] =>
  [...(certificate.subjectAltName ?? '').matchAll(ALT_NAME)].map(({ groups }) => {
    const value = groups?.value ?? '';
    return value.startsWith('"') ? String(JSON.parse(value)) : value;
  });

const hasAllowedName = (certificate: X509Certificate, allowed: readonly string[]): boolean => {
  const names = altNames(certificate);
  return allowed.some((name) => (isIP(name) > 0 ? certificate.checkIP(name) !== undefined : names.includes(name)));
};

/** Whether the handshake must ask for a certificate. */
export const asksForCertificate = (policy: ClientCertificatePolicy): boolean =>
  policy.client_auth_type !== 'NoClientCert';

/**
 * Whether a client is accepted. `socket.authorized` is Node's verdict on the certificate chain. The policies are those
 * of Go's crypto/tls, and a name in `client_allowed_sans` must be equal to one in the certificate.
 */
export const acceptsClient = (policy: ClientCertificatePolicy, socket: TLSSocket): boolean => {
  const certificate = socket.getPeerX509Certificate();
  const type = policy.client_auth_type;
  if (certificate === undefined) return !type.startsWith('Require');
  const verified = socket.authorized || !(type === 'VerifyClientCertIfGiven' || type === 'RequireAndVerifyClientCert');
  const allowed = policy.client_allowed_sans;
  return verified && (allowed === undefined || hasAllowedName(certificate, allowed));
};
