import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { hash } from 'bcryptjs';
import { execa } from 'execa';
import { type Certificate, makeCertificate } from './registry/certificate.ts';
import { type RegistryClient, registryClient } from './registry/client.ts';
import { type RegistryOptions, registryConfig } from './registry/config.ts';
import { pushLayout } from './registry/push-layout.ts';
import { startTokenServer, type TokenServer } from './registry/token-server.ts';
import { mustSkopeo, privateHome } from './skopeo.ts';
import { type TempDir, tempDir } from './temp.ts';
import { waitFor } from './wait-for.ts';

export type { RegistryOptions } from './registry/config.ts';

/** A running docker-registry that ends with the `await using` that started it. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Scheme and host, without a slash at the end. */
  readonly url: string;
  /** Directory for `--cert-dir`, `--src-cert-dir`, `--dest-cert-dir`; with TLS only. */
  readonly certDir?: string;
  readonly certificate?: Certificate;
  /** Requests for tokens so far; with token authentication only. */
  readonly tokenServer?: TokenServer;
  /** `docker://HOST/NAME`. */
  reference(name: string): string;
  /**
   * Copies `source` (`oci:DIR:TAG`) to `name` (`repository:tag`), all platforms of a list, byte for byte; with `flags` (of
   * `skopeo copy`) by the real skopeo, as they say.
   */
  seed(source: string, name: string, flags?: readonly string[]): Promise<void>;
  /** Looks into the registry with the rights of the first user, past skopeo and past any proxy. */
  readonly client: RegistryClient;
}

const AUTH_SERVICE = { service: 'test-registry', issuer: 'test-issuer' };

/** The cheapest cost that the registry's bcrypt accepts: tests need no protection from guessing. */
const htpasswdLines = async (users: Readonly<Record<string, string>>): Promise<string> => {
  const lines = await Promise.all(
    Object.entries(users).map(async ([user, password]) => `${user}:${await hash(password, 4)}`),
  );
  return `${lines.join('\n')}\n`;
};

/** What `options` need on disk and beside the registry. */
const prepare = async (options: RegistryOptions, directory: TempDir) => {
  const htpasswd = options.basicAuth === undefined ? undefined : directory.join('htpasswd');
  if (htpasswd !== undefined) await writeFile(htpasswd, await htpasswdLines(options.basicAuth ?? {}));
  const certificate = options.tls ? await makeCertificate(directory.path) : undefined;
  const signer = options.tokenAuth && (await makeCertificate(directory.path, 'token'));
  const tokenServer =
    options.tokenAuth && signer
      ? await startTokenServer({ issuer: AUTH_SERVICE.issuer, signer, ...options.tokenAuth })
      : undefined;
  const token = tokenServer &&
    signer && { ...AUTH_SERVICE, realm: tokenServer.realm, rootCertificate: signer.certificate };
  return { htpasswd, certificate, tokenServer, token };
};

const startServer = async (configPath: string) => {
  const server = execa('docker-registry', ['serve', configPath], {
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    forceKillAfterDelay: 1000,
    // OTEL and REGISTRY_* variables of the caller must not change the configuration.
    // Collecting garbage less often spares a third of its processor time, one thread a tenth and as much of ours.
    env: { PATH: process.env.PATH ?? '', GOGC: '1600', GOMEMLIMIT: '1GiB', GOMAXPROCS: '1' },
    extendEnv: false,
  });
  const lines = createInterface({ input: server.stderr });
  let log = '';
  let port = 0;
  lines.on('line', (line) => {
    log = `${log}${line}\n`.slice(-4000);
    port ||= Number(/listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? 0);
  });
  let ended = false;
  void server.finally(() => {
    ended = true;
  });
  const found = await waitFor('docker-registry to listen', () => ended || port).catch(() => 0);
  if (typeof found !== 'number' || found === 0) throw new Error(`docker-registry did not start:\n${log}`);
  lines.close();
  server.stderr.resume();
  return { server, port: found };
};

/** Starts Debian's docker-registry on a free loopback port and returns when it answers. */
export const startRegistry = async (options: RegistryOptions = {}): Promise<Registry> => {
  const directory = await tempDir('registry');
  const { htpasswd, certificate, tokenServer, token } = await prepare(options, directory);
  const configPath = directory.join('config.yml');
  const files = {
    storageDir: directory.join('storage'),
    ...(htpasswd && { htpasswd }),
    ...(certificate && { tls: certificate }),
    ...(token && { token }),
  };
  await writeFile(configPath, registryConfig(options, files));
  const { server, port } = await startServer(configPath);
  const host = `127.0.0.1:${port}`;
  const url = `${certificate ? 'https' : 'http'}://${host}`;
  const [user, password] = Object.entries(options.basicAuth ?? options.tokenAuth?.users ?? {})[0] ?? [];
  const credentials = user === undefined ? [] : ['--dest-creds', `${user}:${password}`];

  const client = registryClient({
    url,
    ...(user !== undefined && password !== undefined && { user, password }),
    ...(tokenServer && { tokenServer }),
    ...(certificate && { certificate: certificate.certificate }),
  });

  return {
    host,
    port,
    pid: server.pid ?? 0,
    url,
    ...(certificate && { certDir: directory.path, certificate }),
    ...(tokenServer && { tokenServer }),
    reference: (name) => `docker://${host}/${name}`,
    async seed(source, name, flags) {
      const [, path, tag] = /^oci:(.+):([^:]+)$/.exec(source) ?? [];
      const [, repository, destinationTag] = /^(.+):([^:]+)$/.exec(name) ?? [];
      if (!flags && path && tag && repository && destinationTag)
        return pushLayout(client, { path, tag }, [repository, destinationTag]);
      const destination = `docker://${host}/${name}`;
      const common = ['copy', '--quiet', '--all', '--dest-tls-verify=false', ...credentials];
      await mustSkopeo([...common, ...(flags ?? ['--preserve-digests']), source, destination], {
        env: privateHome(directory.path),
      });
    },
    client,
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM');
      await server;
      await tokenServer?.[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
};
