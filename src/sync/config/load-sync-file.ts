import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { parseConfiguration } from '../../config/document.ts';
import type { Environment } from '../../config/expand-environment.ts';
import type { Problem } from '../../config/problem.ts';
import { validateConfiguration } from '../../config/validate.ts';
import type { SyncJob } from '../job.ts';
import { type SyncFile, syncFileSchema } from './schema.ts';
import { toSyncJob } from './to-job.ts';
import { unusedRegistries } from './unused-registries.ts';

export interface LoadedSyncFile {
  readonly job: SyncJob;
  /** The file after expansion, as it was validated. */
  readonly file: SyncFile;
  /** What works, but hardly as it was meant. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads the text of a `sync --file` configuration, YAML or JSON. Nothing is asked of any registry. `path` names the file
 * in messages, and relative paths within it start at its directory.
 * @throws ConfigurationError with line and column of everything that is wrong.
 */
export const loadSyncFile = (path: string, text: string, environment: Environment): LoadedSyncFile => {
  const document = parseConfiguration(path, text, { environment });
  const file = validateConfiguration(syncFileSchema, document);
  const job = toSyncJob(document, file, dirname(path));
  return { job, file, warnings: unusedRegistries(document, file, job.entries) };
};

const withoutSecret = (key: unknown, value: unknown): unknown => (key === 'password' ? '…' : value);

/** The configuration after expansion, as YAML or as one line of JSON, secrets blacked out. */
export const renderExpandedFile = (file: SyncFile, format: 'yaml' | 'json' = 'yaml'): string =>
  format === 'json' ? `${JSON.stringify(file, withoutSecret)}\n` : stringify(file, withoutSecret);
