import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { RegistryEnvironment } from './environment.ts';

/** Authorities to trust, or `special` where a client certificate is wanted, which is left to skopeo. */
export type TrustedAuthorities = readonly string[] | 'special';

const filesIn = async (directory: string): Promise<readonly string[] | undefined> => {
  try {
    return await readdir(directory);
  } catch {
    return undefined;
  }
};

/** Where certificates for a registry may lie; the first directory that exists counts. Source: containers-certs.d(5). */
const directoriesFor = (registry: string, { home, systemDirectory, env }: RegistryEnvironment): readonly string[] => [
  join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'containers/certs.d', registry),
  join(systemDirectory, 'certs.d', registry),
  join('/etc/docker/certs.d', registry),
];

const authoritiesIn = async (directory: string, names: readonly string[]): Promise<TrustedAuthorities> => {
  if (names.some((name) => /\.(?:cert|key)$/.test(name))) return 'special';
  const own = names.filter((name) => name.endsWith('.crt'));
  const texts = await Promise.all(own.map((name) => readFile(join(directory, name), 'utf8')));
  return [...getCACertificates('system'), ...texts];
};

/** The authorities that skopeo trusts for a registry: the system's, and those of its directory of certificates. */
export const trustedAuthorities = async (
  registry: string,
  environment: RegistryEnvironment,
  certDirectory?: string,
): Promise<TrustedAuthorities> => {
  const candidates = certDirectory === undefined ? directoriesFor(registry, environment) : [certDirectory];
  for (const directory of candidates) {
    const names = await filesIn(directory);
    if (names !== undefined) return authoritiesIn(directory, names).catch(() => 'special' as const);
  }
  return getCACertificates('system');
};
