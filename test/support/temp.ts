import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that is gone, with all it holds, when the `await using` that opened it ends. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** A path inside the directory. */
  join(...parts: string[]): string;
}

/** Makes a private directory, below the system's temporary directory unless told otherwise; `label` shows up in its name. */
export const tempDir = async (label = 'test', parent = tmpdir()): Promise<TempDir> => {
  const path = await mkdtemp(join(parent, `skopeo-wrapper-${label}-`));
  return {
    path,
    join: (...parts) => join(path, ...parts),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
};
