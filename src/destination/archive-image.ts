import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import type { ArchiveTransport } from '../image/docker-reference.ts';
import { indexSchema } from '../image/manifest.ts';
import { readAt, type TarEntry, tarEntries } from '../image/tar.ts';
import { parseJson } from '../text/json.ts';
import { conflict } from './bounds.ts';
import type { Files } from './destination-context.ts';
import { type FileIdentity, identify, identifyHandle } from './file-identity.ts';

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/**
 * The names that an archive may contain. Sources: OCI image layout; containers/image,
 * docker/internal/tarfile/writer.go; docker save.
 */
const NAMES: Readonly<Record<ArchiveTransport, RegExp>> = {
  'oci-archive': /^(?:oci-layout|index\.json|manifest\.json|blobs(?:\/[a-z0-9]+(?:\/[0-9a-f]+)?)?)$/,
  'docker-archive':
    /^(?:manifest\.json|repositories|oci-layout|index\.json|[0-9a-f]{64}(?:\.json|\.tar)?|[0-9a-f]{64}\/(?:VERSION|json|layer\.tar)|blobs(?:\/[a-z0-9]+(?:\/[0-9a-f]+)?)?)$/,
};

/**
 * The document that every archive of this kind must have, and its shape if the archive holds one image with one name:
 * further ones would be lost.
 */
const DOCUMENT = {
  'oci-archive': {
    name: 'index.json',
    schema: indexSchema.extend({ manifests: indexSchema.shape.manifests.max(1) }),
  },
  'docker-archive': {
    name: 'manifest.json',
    schema: z.array(z.object({ Config: z.string(), RepoTags: z.array(z.string()).max(1).nullish() })).max(1),
  },
} as const;

const parses = async (file: FileHandle, entry: TarEntry | undefined, schema: z.ZodType): Promise<boolean> => {
  if (entry === undefined || entry.sizeBytes > MAX_DOCUMENT_BYTES) return false;
  return parseJson(await readAt(file, entry.offset, entry.sizeBytes), schema) !== undefined;
};

const isImage = async (file: FileHandle, transport: ArchiveTransport, sizeBytes: number): Promise<boolean> => {
  const entries = (await tarEntries(file, sizeBytes)) ?? [];
  const { name, schema } = DOCUMENT[transport];
  const document = entries.find((entry) => entry.name === name);
  return entries.every((entry) => NAMES[transport].test(entry.name)) && (await parses(file, document, schema));
};

/**
 * The archive at a path; absent if there is nothing. An empty file may become an archive.
 * @throws WrapperError `destination_conflict` for anything else than an image in this format: nothing else is replaced.
 */
export const archiveAt = async (
  files: Files,
  path: string,
  transport: ArchiveTransport,
): Promise<FileIdentity | undefined> => {
  const found = await identify(files, path);
  if (found === undefined) return undefined;
  if (found.kind === 'link') throw conflict(path, 'is a symbolic link: name the file that it leads to');
  if (found.kind !== 'file') throw conflict(path, `is ${found.kind === 'directory' ? 'a directory' : 'no file'}`);
  if (found.sizeBytes === 0n) return found;
  await using file = await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const opened = await identifyHandle(file);
  if (opened.id !== found.id || !(await isImage(file, transport, Number(opened.sizeBytes))))
    throw conflict(
      path,
      `is not an archive of one image in the format of ${transport}, with one name and nothing else`,
    );
  return opened;
};
