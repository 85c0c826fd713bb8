import * as z from 'zod';
import { CIPHER_SUITES, CURVES } from './cipher-suites.ts';

/** What is required of client certificates; names and meaning as in Go's crypto/tls. */
const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

const TLS_VERSIONS = ['TLS12', 'TLS13'] as const;
const BCRYPT_HASH = /^\$2[abxy]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

const verifies = (type: ClientAuthType): boolean =>
  type === 'VerifyClientCertIfGiven' || type === 'RequireAndVerifyClientCert';

const requires = (type: ClientAuthType): boolean => type.startsWith('Require');

const tlsServerConfig = z
  .strictObject({
    cert: z.string().optional(),
    cert_file: z.string().optional(),
    key: z.string().optional(),
    key_file: z.string().optional(),
    client_auth_type: z.enum(CLIENT_AUTH_TYPES).default('NoClientCert'),
    client_ca: z.string().optional(),
    client_ca_file: z.string().optional(),
    client_allowed_sans: z.array(z.string()).optional(),
    min_version: z.enum(TLS_VERSIONS).default('TLS12'),
    max_version: z.enum(TLS_VERSIONS).default('TLS13'),
    cipher_suites: z.array(z.enum(CIPHER_SUITES)).default([]),
    prefer_server_cipher_suites: z.boolean().default(true),
    curve_preferences: z.array(z.enum(CURVES)).default([]),
  })
  .refine((tls) => (tls.cert === undefined) !== (tls.cert_file === undefined), 'needs one of cert_file and cert')
  .refine((tls) => (tls.key === undefined) !== (tls.key_file === undefined), 'needs one of key_file and key')
  .refine((tls) => tls.client_ca === undefined || tls.client_ca_file === undefined, {
    error: 'takes one of client_ca_file and client_ca',
  })
  .refine((tls) => tls.min_version <= tls.max_version, {
    path: ['min_version'],
    error: 'must not be above max_version',
  })
  .refine((tls) => !verifies(tls.client_auth_type) || (tls.client_ca ?? tls.client_ca_file) !== undefined, {
    path: ['client_auth_type'],
    error: 'needs client_ca_file: without it every public authority would be trusted',
  })
  .refine((tls) => tls.client_auth_type !== 'NoClientCert' || (tls.client_ca ?? tls.client_ca_file) === undefined, {
    path: ['client_ca_file'],
    error: 'does nothing without client_auth_type',
  })
  .refine((tls) => tls.client_allowed_sans === undefined || requires(tls.client_auth_type), {
    path: ['client_allowed_sans'],
    error: 'needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert',
  });

const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII');

const httpServerConfig = z.strictObject({
  http2: z.boolean().default(false),
  headers: z
    .strictObject({
      'Content-Security-Policy': headerValue,
      'X-Frame-Options': z.enum(['deny', 'sameorigin']),
      'X-Content-Type-Options': z.enum(['nosniff']),
      'X-XSS-Protection': headerValue,
      'Strict-Transport-Security': headerValue,
    })
    .partial()
    .default({}),
});

/**
 * `--web.config.file`, in the format of the Prometheus exporter-toolkit (docs/web-configuration.md there), so that one
 * file serves all exporters of a host. Not supported: `rate_limit` and TLS below 1.2.
 */
export const webConfigSchema = z.strictObject({
  tls_server_config: tlsServerConfig.optional(),
  http_server_config: httpServerConfig.prefault({}),
  basic_auth_users: z
    .record(z.string(), z.string().regex(BCRYPT_HASH, 'is not a bcrypt hash'))
    .refine((users) => Object.keys(users).length > 0, 'names no user; leave it out to serve without a password')
    .default({}),
});

export type WebConfigFile = z.infer<typeof webConfigSchema>;
export type TlsServerConfig = NonNullable<WebConfigFile['tls_server_config']>;
