import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { parseConfiguration } from '../../../config/document.ts';
import { validateConfiguration } from '../../../config/validate.ts';
import { usageError } from '../../../errors/wrapper-error.ts';
import type { BasicAuthUsers } from './basic-auth.ts';
import type { ClientCertificatePolicy } from './client-certificates.ts';
import { type WebConfigFile, webConfigSchema } from './schema.ts';
import { tlsContextOptions } from './tls-context.ts';

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

/** Reads the file alone; the paths in it are relative to its directory. Throws a usage error. */
export const readWebConfigFile = (path: string): WebConfigFile => {
  const file = validateConfiguration(webConfigSchema, parseConfiguration(path, readText(path)));
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

/** Reads the certificates too. Throws a usage error. */
export const loadWebConfig = (file: WebConfigFile): WebConfig => {
  const tls = file.tls_server_config;
  const headers = Object.entries(file.http_server_config.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    users: file.basic_auth_users,
    headers: Object.fromEntries(headers),
    ...(tls === undefined ? {} : { tls: { context: tlsContextOptions(tls), clients: tls } }),
  };
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw usageError(`the web configuration file cannot be read: ${reason}`, 'Check --web.config.file.');
  }
};
