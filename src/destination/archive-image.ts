import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { indexSchema } from '../image/manifest.ts';
import { parseJson } from '../text/json.ts';
import { conflict } from './bounds.ts';
import type { Files } from './destination-context.ts';
import { type FileIdentity, identify, identifyHandle } from './file-identity.ts';

/** ustar: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
const BLOCK_BYTES = 512;
const SIZE_OF_LONGEST_EXTENSION = 1024 * 1024;
/** Images have layers, not files: an archive with more entries is not an image. */
const MAX_ENTRIES = 10_000;

interface TarEntry {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

const textAt = (block: Buffer, start: number, length: number): string => {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
};

/** A number of a tar header: octal, or base 256 if it is too large, as GNU tar writes it. */
const numberAt = (block: Buffer, start: number, length: number): number => {
  if (((block[start] ?? 0) & 0x80) !== 0) return block.readUIntBE(start + length - 6, 6);
  const text = textAt(block, start, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
};

const isHeader = (block: Buffer): boolean => {
  const stored = numberAt(block, 148, 8);
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  return sum === stored;
};

const paxRecords = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^\d+ ([^=]+)=(.*)$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );

const readAt = async (file: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
};

/** The entries of a tar file, found by reading only its headers; absent if it is not a whole tar file. */
export const tarEntries = async (file: FileHandle, fileBytes: number): Promise<readonly TarEntry[] | undefined> => {
  const entries: TarEntry[] = [];
  let extended: ReadonlyMap<string, string> = new Map();
  for (let offset = 0; entries.length < MAX_ENTRIES; ) {
    const block = await readAt(file, offset, BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) return undefined;
    if (block.every((byte) => byte === 0)) return entries;
    if (!isHeader(block)) return undefined;
    const type = String.fromCharCode(block[156] ?? 0);
    const prefix = textAt(block, 257, 5) === 'ustar' ? textAt(block, 345, 155) : '';
    const sizeBytes = Number(extended.get('size') ?? numberAt(block, 124, 12));
    const offsetOfData = offset + BLOCK_BYTES;
    const end = offsetOfData + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    if (!(end > offset && offsetOfData + sizeBytes <= fileBytes)) return undefined;
    if (type === 'x' && sizeBytes <= SIZE_OF_LONGEST_EXTENSION) {
      extended = paxRecords((await readAt(file, offsetOfData, sizeBytes)).toString('utf8'));
    } else {
      const name = extended.get('path') ?? (prefix === '' ? '' : `${prefix}/`) + textAt(block, 0, 100);
      entries.push({ name: name.replace(/^\.\//, '').replace(/\/$/, ''), offset: offsetOfData, sizeBytes });
      extended = new Map();
    }
    offset = end;
  }
  return undefined;
};

export type ArchiveTransport = 'oci-archive' | 'docker-archive';

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

/** The document that every archive of this kind must have, and its shape. */
const DOCUMENT = {
  'oci-archive': { name: 'index.json', schema: indexSchema },
  'docker-archive': { name: 'manifest.json', schema: z.array(z.object({ Config: z.string() })) },
} as const;

const parses = async (file: FileHandle, entry: TarEntry | undefined, schema: z.ZodType): Promise<boolean> => {
  if (entry === undefined || entry.sizeBytes > MAX_DOCUMENT_BYTES) return false;
  const { buffer } = await file.read(Buffer.alloc(entry.sizeBytes), 0, entry.sizeBytes, entry.offset);
  return parseJson(buffer, schema) !== undefined;
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
    throw conflict(path, `is no image in the format of ${transport}`);
  return opened;
};
