/** What `docker-registry` shall be like; everything is off when nothing is said. */
export interface RegistryOptions {
  /** `memory` unless told otherwise; `filesystem` keeps the blobs in the registry's temporary directory. */
  readonly storage?: 'memory' | 'filesystem';
  /** Whether manifests can be deleted; true unless told otherwise. */
  readonly deletion?: boolean;
  readonly tls?: boolean;
  /** HTTP basic authentication: user name to password. */
  readonly basicAuth?: Readonly<Record<string, string>>;
  /** Token authentication by a token server of ours: user name to password; with `anonymousPull` reads need no user. */
  readonly tokenAuth?: { readonly users: Readonly<Record<string, string>>; readonly anonymousPull?: boolean };
}

/** Files and addresses that the configuration refers to. */
export interface RegistryFiles {
  readonly storageDir: string;
  readonly htpasswd?: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly rootCertificate: string;
  };
}

/**
 * Configuration of Debian's docker-registry 2.8 as JSON, which is YAML. Port 0: the kernel picks a free one. Relative
 * URLs keep uploads on the address that the client used, proxies included.
 */
export const registryConfig = (
  { storage = 'memory', deletion = true }: RegistryOptions,
  files: RegistryFiles,
): string =>
  JSON.stringify({
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      ...(storage === 'memory' ? { inmemory: {} } : { filesystem: { rootdirectory: files.storageDir } }),
      delete: { enabled: deletion },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: '127.0.0.1:0', relativeurls: true, ...(files.tls === undefined ? {} : { tls: files.tls }) },
    compatibility: { schema1: { enabled: true } },
    auth: {
      ...(files.htpasswd === undefined ? {} : { htpasswd: { realm: 'test', path: files.htpasswd } }),
      ...(files.token === undefined
        ? {}
        : {
            token: {
              realm: files.token.realm,
              service: files.token.service,
              issuer: files.token.issuer,
              rootcertbundle: files.token.rootCertificate,
            },
          }),
    },
  });
