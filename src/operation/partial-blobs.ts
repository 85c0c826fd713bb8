import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageReference } from '../skopeo/reference/parse.ts';

/**
 * Names under which containers/image writes a blob before it is whole: `os.CreateTemp(dir, "dir-put-blob")` and
 * `"oci-put-blob"` (directory_dest.go, oci_dest.go). A skopeo that is killed leaves them behind.
 */
const PARTIAL_BLOB = /^(?:dir|oci)-put-blob\d+$/;

const partialBlobsIn = (directory: string): string[] => {
  try {
    return readdirSync(directory).filter((name) => PARTIAL_BLOB.test(name));
  } catch {
    return [];
  }
};

/**
 * Removes the partial blobs that appear in a local destination from now on; what lies there already is not ours.
 * Undefined for destinations that keep none.
 */
export const partialBlobSweeper = (
  { transport, path }: ImageReference,
  cwd: string,
): (() => Promise<void>) | undefined => {
  if (path === undefined || (transport !== 'dir' && transport !== 'oci')) return undefined;
  const directory = resolve(cwd, path);
  const others = new Set(partialBlobsIn(directory));
  return async () => {
    const ours = partialBlobsIn(directory).filter((name) => !others.has(name));
    await Promise.all(ours.map((name) => rm(join(directory, name), { force: true })));
  };
};
