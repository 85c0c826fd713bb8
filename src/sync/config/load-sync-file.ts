import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { parseConfiguration } from '../../config/document.ts';
import type { Environment } from '../../config/expand-environment.ts';
import { validateConfiguration } from '../../config/validate.ts';
import type { SyncJob } from '../job.ts';
import { type SyncFile, syncFileSchema } from './schema.ts';
import { toSyncJob } from './to-job.ts';

export interface LoadedSyncFile {
  readonly job: SyncJob;
  /** The file after expansion, as it was validated. */
  readonly file: SyncFile;
}

/**
 * Reads the text of a `sync --file` configuration, YAML or JSON. Nothing is asked of any registry. `path` names the file
 * in messages, and relative paths within it start at its directory.
 * @throws ConfigurationError with line and column of everything that is wrong.
 */
export const loadSyncFile = (path: string, text: string, environment: Environment): LoadedSyncFile => {
  const document = parseConfiguration(path, text, { environment });
  const file = validateConfiguration(syncFileSchema, document);
  return { job: toSyncJob(document, file, dirname(path)), file };
};

/** The configuration after expansion, as YAML, secrets blacked out. */
export const renderExpandedFile = (file: SyncFile): string =>
  stringify(file, (key: unknown, value: unknown) => (key === 'password' ? '…' : value));
