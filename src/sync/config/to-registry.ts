import { resolve } from 'node:path';
import { defined } from '../../defined.ts';
import { registryKey } from '../../image/registry-key.ts';
import type { RegistryAccess, RegistryLimits } from '../../registry/access.ts';
import type { SyncFile, SyncFileRegistry } from './schema.ts';

/** The settings of registries by their normal form. */
export const registrySettings = ({ registries = {} }: SyncFile): ReadonlyMap<string, SyncFileRegistry> =>
  new Map(Object.entries(registries).map(([registry, settings]) => [registryKey(registry), settings]));

/** How a registry is reached; relative paths start at `baseDirectory`. */
export const toAccess = (settings: SyncFileRegistry | undefined, baseDirectory: string): RegistryAccess => {
  if (settings === undefined) return {};
  const { username, password = '', anonymous } = settings;
  return {
    ...(settings['auth-file'] === undefined ? {} : { authFile: resolve(baseDirectory, settings['auth-file']) }),
    ...(username === undefined ? {} : { credentials: { username, password } }),
    ...defined({ anonymous }),
    ...(settings['cert-dir'] === undefined ? {} : { certDirectory: resolve(baseDirectory, settings['cert-dir']) }),
    ...defined({ tlsVerify: settings['tls-verify'] }),
  };
};

/** How politely a registry is used. */
export const toLimits = (settings: SyncFileRegistry): RegistryLimits => ({
  ...defined({
    parallel: settings.parallel,
    requestsPerSecond: settings['requests-per-second'],
    pullReserve: settings['pull-reserve'],
  }),
});
