import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryContext } from './access.ts';

/** Authorities of one registry beside the system's, or `special` where a client certificate is wanted: that is left to skopeo. */
export type OwnAuthorities = readonly string[] | 'special';

const filesIn = async (directory: string): Promise<readonly string[] | undefined> => {
  try {
    return await readdir(directory);
  } catch {
    return undefined;
  }
};

/** Where certificates for a registry may lie; the first directory that exists counts. Source: containers-certs.d(5). */
const directoriesFor = (registry: string, { home, systemDirectory, env }: RegistryContext): readonly string[] => [
  join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'containers/certs.d', registry),
  join(systemDirectory, 'certs.d', registry),
  join('/etc/docker/certs.d', registry),
];

const authoritiesIn = async (directory: string, names: readonly string[]): Promise<OwnAuthorities> => {
  if (names.some((name) => /\.(?:cert|key)$/.test(name))) return 'special';
  const own = names.filter((name) => name.endsWith('.crt'));
  return Promise.all(own.map((name) => readFile(join(directory, name), 'utf8')));
};

/** The authorities that skopeo trusts for a registry, beside the system's: those of its directory of certificates. */
export const ownAuthorities = async (
  registry: string,
  environment: RegistryContext,
  certDirectory?: string,
): Promise<OwnAuthorities> => {
  const candidates = certDirectory === undefined ? directoriesFor(registry, environment) : [certDirectory];
  for (const directory of candidates) {
    const names = await filesIn(directory);
    if (names !== undefined) return authoritiesIn(directory, names).catch(() => 'special' as const);
  }
  return [];
};
