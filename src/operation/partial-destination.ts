import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageReference } from '../image/parse.ts';

/**
 * Names under which containers/image writes a blob before it is whole: `os.CreateTemp(dir, "dir-put-blob")` and
 * `"oci-put-blob"` (directory_dest.go, oci_dest.go). A skopeo that is killed leaves them behind.
 */
const PARTIAL_BLOB = /^(?:dir|oci)-put-blob\d+$/;

type Sweep = () => Promise<void>;

const partialBlobsIn = (directory: string): string[] => {
  try {
    return readdirSync(directory).filter((name) => PARTIAL_BLOB.test(name));
  } catch {
    return [];
  }
};

const blobSweeper = (directory: string): Sweep => {
  const others = new Set(partialBlobsIn(directory));
  return async () => {
    const ours = partialBlobsIn(directory).filter((name) => !others.has(name));
    await Promise.all(ours.map((name) => rm(join(directory, name), { force: true })));
  };
};

const archiveSweeper = (file: string): Sweep | undefined =>
  existsSync(file) ? undefined : () => rm(file, { force: true });

/**
 * Removes what a failed attempt leaves half-written at a local destination: partial blobs, and an archive that would be
 * refused by the next attempt and taken for an image by people. What lies there already is not ours. Undefined where
 * nothing is to be swept.
 */
export const partialSweeper = ({ transport, path }: ImageReference, cwd: string): Sweep | undefined => {
  if (path === undefined) return undefined;
  const place = resolve(cwd, path);
  if (transport === 'dir' || transport === 'oci') return blobSweeper(place);
  if (transport === 'docker_archive' || transport === 'oci_archive') return archiveSweeper(place);
  return undefined;
};
