import type { ConfigurationDocument } from '../../config/document.ts';
import { defined } from '../../defined.ts';
import type { SyncJob } from '../job.ts';
import { durationSeconds } from './duration.ts';
import { EntryReader } from './entry-reader.ts';
import type { SyncFile } from './schema.ts';
import { registrySettings, toAccess, toLimits } from './to-registry.ts';

const DEFAULT_PARALLEL = 8;
const DEFAULT_STALL_TIMEOUT = '5m';
const DEFAULT_MAX_PRUNE_SHARE = 0.2;

/** Retries where the file or the command line says nothing. */
export const DEFAULT_RETRY = { times: 3, delaySeconds: 2, maxDelaySeconds: 120 } as const;

/**
 * The job that a valid configuration describes. Relative paths in it start at `baseDirectory`.
 * @throws ConfigurationError for what only shows when parts are seen together.
 */
export const toSyncJob = (document: ConfigurationDocument, file: SyncFile, baseDirectory: string): SyncJob => {
  const reader = new EntryReader(document, file, baseDirectory);
  const registries = [...registrySettings(file)];
  const { retry = {}, prune } = file;
  return {
    ...defined({ name: file.job }),
    entries: file.images.map((image, index) => reader.read(image, index)),
    parallel: file.parallel ?? DEFAULT_PARALLEL,
    registries: new Map(registries.map(([host, settings]) => [host, toLimits(settings)])),
    destinationAccess: new Map(registries.map(([host, settings]) => [host, toAccess(settings, baseDirectory)])),
    retry: {
      times: retry.times ?? DEFAULT_RETRY.times,
      delaySeconds: retry.delay === undefined ? DEFAULT_RETRY.delaySeconds : durationSeconds(retry.delay),
      maxDelaySeconds:
        retry['max-delay'] === undefined ? DEFAULT_RETRY.maxDelaySeconds : durationSeconds(retry['max-delay']),
    },
    stallTimeoutSeconds: durationSeconds(file['stall-timeout'] ?? DEFAULT_STALL_TIMEOUT),
    onFailure: file['on-failure'] ?? 'continue',
    ...(prune?.enabled === true ? { prune: { maxShare: prune['max-share'] ?? DEFAULT_MAX_PRUNE_SHARE } } : {}),
  };
};
