import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { defined } from '../../../defined.ts';
import { usageError } from '../../../errors/wrapper-error.ts';
import { ciphersOption, ecdhCurveOption } from './cipher-suites.ts';
import type { TlsServerConfig } from './schema.ts';

const NODE_VERSIONS = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

/**
 * What Node needs to serve TLS; reads the certificate files. Sessions are never resumed: a resumed one would keep the
 * verdict on a client certificate that was made under an older configuration. Throws a usage error.
 */
export const tlsContextOptions = (config: TlsServerConfig): SecureContextOptions => {
  const ca = config.client_ca ?? readPem(config.client_ca_file, 'client_ca_file');
  const options: SecureContextOptions = {
    cert: config.cert ?? readPem(config.cert_file, 'cert_file'),
    key: config.key ?? readPem(config.key_file, 'key_file'),
    ...defined({ ca }),
    minVersion: NODE_VERSIONS[config.min_version],
    maxVersion: NODE_VERSIONS[config.max_version],
    honorCipherOrder: config.prefer_server_cipher_suites,
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(config.cipher_suites.length === 0 ? {} : { ciphers: ciphersOption(config.cipher_suites) }),
    ...(config.curve_preferences.length === 0 ? {} : { ecdhCurve: ecdhCurveOption(config.curve_preferences) }),
  };
  tryContext(options, config);
  return options;
};

const readPem = (path: string | undefined, key: string): string | undefined => {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw usageError(`tls_server_config.${key}: ${cause instanceof Error ? cause.message : cause}`);
  }
};

const tryContext = (options: SecureContextOptions, config: TlsServerConfig): void => {
  try {
    createSecureContext(options);
  } catch (cause) {
    const files = [config.cert_file, config.key_file, config.client_ca_file].filter((file) => file !== undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw usageError(
      `tls_server_config cannot be used: ${reason}${files.length === 0 ? '' : ` (${files.join(', ')})`}`,
      'Check that the files are PEM, belong together and the key has no passphrase.',
    );
  }
};
