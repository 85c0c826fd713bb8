import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../defined.ts';
import { parseJson } from '../text/json.ts';
import { parseLocation } from './docker-reference.ts';
import { digestOf, mediaTypeOf } from './manifest.ts';

/** What a destination holds: a digest, or for archives, which have none to be had cheaply, a mark of the file. */
export interface DestinationState {
  /** Digest of the manifest, or `file:` with size and time of an archive. */
  readonly digest: string;
  readonly mediaType?: string;
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const layoutIndex = z.object({
  manifests: z.array(
    z.object({
      digest: z.string(),
      mediaType: z.string().optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch {
    return undefined;
  }
};

const directoryState = async (path: string): Promise<DestinationState | undefined> => {
  const manifest = await readIfThere(join(path, 'manifest.json'));
  if (manifest === undefined) return undefined;
  const mediaType = mediaTypeOf(manifest);
  return { digest: digestOf(manifest), ...defined({ mediaType }) };
};

/** The manifest of a name in an OCI layout, provided that its blob lies there too. */
const layoutState = async (path: string, name: string | undefined): Promise<DestinationState | undefined> => {
  const bytes = await readIfThere(join(path, 'index.json'));
  if (bytes === undefined) return undefined;
  const index = parseJson(bytes, layoutIndex);
  if (index === undefined) return undefined;
  const named = index.manifests.filter(({ annotations }) => annotations?.[REF_NAME] === name);
  const [only] = named;
  if (named.length !== 1 || only === undefined) return undefined;
  const blob = await stat(join(path, 'blobs', ...only.digest.split(':'))).catch(() => undefined);
  if (blob === undefined) return undefined;
  return { digest: only.digest, ...defined({ mediaType: only.mediaType }) };
};

const archiveState = async (path: string): Promise<DestinationState | undefined> => {
  const status = await stat(path, { bigint: true }).catch(() => undefined);
  return status === undefined ? undefined : { digest: `file:${status.size}:${status.mtimeNs}` };
};

/** What lies at a local destination; absent when there is nothing whole. */
export const localState = async (reference: string): Promise<DestinationState | undefined> => {
  const location = parseLocation(reference);
  switch (location.transport) {
    case 'dir':
      return directoryState(location.path);
    case 'oci':
      return layoutState(location.path, location.name).catch(() => undefined);
    case 'oci-archive':
    case 'docker-archive':
      return archiveState(location.path);
    case 'docker':
      return undefined;
  }
};
