import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { type ConfigurationDocument, parseConfiguration } from '../../config/document.ts';
import { type Problem, pathText } from '../../config/problem.ts';
import { validateConfiguration } from '../../config/validate.ts';
import type { Env } from '../../context.ts';
import { defined } from '../../defined.ts';
import { registryKey } from '../../image/registry-key.ts';
import { nearestWord } from '../../text/nearest.ts';
import { destinationSamples } from '../destination-samples.ts';
import { JOB_DEFAULTS, type SyncEntry, type SyncJob } from '../job.ts';
import { EntryReader } from './entry-reader.ts';
import { type SyncFile, syncFileSchema } from './schema.ts';
import { registrySettings, toAccess, toLimits } from './settings.ts';
import { durationSeconds } from './values.ts';

/**
 * The job that a valid configuration describes. Relative paths in it start at `baseDirectory`.
 * @throws ConfigurationError for errors that only show when several parts are seen together.
 */
const toSyncJob = (document: ConfigurationDocument, file: SyncFile, baseDirectory: string): SyncJob => {
  const reader = new EntryReader(document, file, baseDirectory);
  const registries = [...registrySettings(file)];
  const { retry = {}, prune } = file;
  return {
    ...defined({ name: file.job }),
    entries: file.images.map((image, index) => reader.read(image, index)),
    parallel: file.parallel ?? JOB_DEFAULTS.parallel,
    registries: new Map(registries.map(([host, settings]) => [host, toLimits(settings)])),
    destinationAccess: new Map(registries.map(([host, settings]) => [host, toAccess(settings, baseDirectory)])),
    retry: {
      times: retry.times ?? JOB_DEFAULTS.retry.times,
      delaySeconds: retry.delay === undefined ? JOB_DEFAULTS.retry.delaySeconds : durationSeconds(retry.delay),
      maxDelaySeconds:
        retry['max-delay'] === undefined ? JOB_DEFAULTS.retry.maxDelaySeconds : durationSeconds(retry['max-delay']),
    },
    stallTimeoutSeconds:
      file['stall-timeout'] === undefined ? JOB_DEFAULTS.stallTimeoutSeconds : durationSeconds(file['stall-timeout']),
    onFailure: file['on-failure'] ?? 'continue',
    ...(prune?.enabled === true ? { prune: { maxShare: prune['max-share'] ?? JOB_DEFAULTS.maxPruneShare } } : {}),
  };
};

const usedRegistries = (entries: readonly SyncEntry[]): readonly string[] => {
  const sources = entries.flatMap(({ source }) => (source.kind === 'repository' ? [source.registry] : []));
  const destinations = destinationSamples(entries).flatMap(({ registry }) => registry ?? []);
  return [...new Set([...sources, ...destinations])];
};

/** Settings of registries that no source and no destination uses: mostly a typing error, and never applied. */
const unusedRegistries = (
  document: ConfigurationDocument,
  { registries = {} }: SyncFile,
  entries: readonly SyncEntry[],
): readonly Problem[] => {
  const used = usedRegistries(entries);
  const usedKeys = new Set(used.map(registryKey));
  return Object.keys(registries)
    .filter((host) => !usedKeys.has(registryKey(host)))
    .map((host) => {
      const near = nearestWord(host, used);
      const key = pathText(['registries', host]);
      return {
        ...document.positionOfKey(['registries'], host),
        key,
        message: `"${key}": no source and no destination is there${near === undefined ? '' : `; did you mean "${near}"?`}`,
      };
    });
};

export interface LoadedSyncFile {
  readonly job: SyncJob;
  /** The file after expansion, as it was validated. */
  readonly file: SyncFile;
  /** Settings that work, but probably not as intended. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads the text of a `sync --file` configuration, YAML or JSON. Nothing is asked of any registry. `path` names the file
 * in messages, and relative paths within it start at its directory.
 * @throws ConfigurationError with line and column of everything that is wrong.
 */
export const loadSyncFile = (path: string, text: string, environment: Env): LoadedSyncFile => {
  const document = parseConfiguration(path, text, { environment });
  const file = validateConfiguration(syncFileSchema, document);
  const job = toSyncJob(document, file, dirname(path));
  return { job, file, warnings: unusedRegistries(document, file, job.entries) };
};

const withoutSecret = (key: unknown, value: unknown): unknown => (key === 'password' ? '…' : value);

/** The configuration after expansion, as YAML or as one line of JSON, secrets hidden. */
export const renderExpandedFile = (file: SyncFile, format: 'yaml' | 'json' = 'yaml'): string =>
  format === 'json' ? `${JSON.stringify(file, withoutSecret)}\n` : stringify(file, withoutSecret);
