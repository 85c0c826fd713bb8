import { constants } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { parseConfiguration } from '../../../config/document.ts';
import { validateConfiguration } from '../../../config/validate.ts';
import { defined } from '../../../defined.ts';
import { messageOf } from '../../../errors/system-error.ts';
import { usageError } from '../../../errors/wrapper-error.ts';
import { readBounded } from '../../../host/bounded-read.ts';
import type { BasicAuthUsers } from './basic-auth.ts';
import { ciphersOption, ecdhCurveOption } from './cipher-suites.ts';
import type { ClientCertificatePolicy } from './client-certificates.ts';
import { type TlsServerConfig, type WebConfigFile, webConfigSchema } from './schema.ts';

/** A web configuration that is ready for use. */
export interface WebConfig {
  readonly users: BasicAuthUsers;
  /** Added to every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: plain HTTP. */
  readonly tls?: { readonly context: SecureContextOptions; readonly clients: ClientCertificatePolicy };
}

export const NO_WEB_CONFIG: WebConfig = { users: {}, headers: {} };

const FILE_KEYS = ['cert_file', 'key_file', 'client_ca_file'] as const;

/** Gives the text of a file. Throws where it cannot. */
export type ReadText = (path: string) => string;

/** More than any certificate chain or list of users needs. */
export const MAX_WEB_CONFIG_BYTES = 16 * 1024 ** 2;

/** Reads a regular file, without waiting for anything. Throws a usage error that says what is wrong with it. */
export const regularText: ReadText = (path) => {
  const read = readBounded(path, MAX_WEB_CONFIG_BYTES, 'follow');
  if (read.kind === 'content') return read.bytes.toString();
  if (read.kind === 'refused') throw new Error(`${path} ${read.reason}`);
  throw new Error(`${read.kind === 'vanished' ? 'ENOENT' : read.code}: ${path}`);
};

/** Reads only the file itself; the paths in it are relative to its directory. Throws a usage error. */
export const readWebConfigFile = (path: string, read: ReadText = regularText): WebConfigFile => {
  const file = validateConfiguration(webConfigSchema, parseConfiguration(path, readConfig(path, read)));
  const tls = file.tls_server_config;
  if (tls === undefined) return file;
  const absolute = FILE_KEYS.flatMap((key) => {
    const value = tls[key];
    return value === undefined ? [] : [[key, resolve(dirname(path), value)]];
  });
  return { ...file, tls_server_config: { ...tls, ...Object.fromEntries(absolute) } };
};

/** The files that a configuration names. */
export const filesOf = ({ tls_server_config: tls }: WebConfigFile): string[] =>
  FILE_KEYS.map((key) => tls?.[key]).filter((file) => file !== undefined);

/** Also reads the certificates. Throws a usage error. */
export const loadWebConfig = (file: WebConfigFile, read: ReadText = regularText): WebConfig => {
  const tls = file.tls_server_config;
  const headers = Object.entries(file.http_server_config.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    users: file.basic_auth_users,
    headers: Object.fromEntries(headers),
    ...(tls === undefined ? {} : { tls: { context: tlsContextOptions(tls, read), clients: tls } }),
  };
};

const readConfig = (path: string, read: ReadText): string => {
  try {
    return read(path);
  } catch (cause) {
    const reason = messageOf(cause);
    throw usageError(`the web configuration file cannot be read: ${reason}`, 'Check --web.config.file.');
  }
};

const NODE_VERSIONS = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

/**
 * What Node needs to serve TLS; reads the certificate files. Sessions are never resumed, since a resumed session would
 * keep a decision about a client certificate from an older configuration. Throws a usage error.
 */
const tlsContextOptions = (config: TlsServerConfig, read: ReadText): SecureContextOptions => {
  const readPem = pemReader(read);
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

const pemReader =
  (read: ReadText) =>
  (path: string | undefined, key: string): string | undefined => {
    if (path === undefined) return undefined;
    try {
      return read(path);
    } catch (cause) {
      throw usageError(`tls_server_config.${key}: ${messageOf(cause)}`);
    }
  };

const tryContext = (options: SecureContextOptions, config: TlsServerConfig): void => {
  try {
    createSecureContext(options);
  } catch (cause) {
    const files = [config.cert_file, config.key_file, config.client_ca_file].filter((file) => file !== undefined);
    const reason = messageOf(cause);
    throw usageError(
      `tls_server_config cannot be used: ${reason}${files.length === 0 ? '' : ` (${files.join(', ')})`}`,
      'Check that the files are PEM, belong together and the key has no passphrase.',
    );
  }
};
