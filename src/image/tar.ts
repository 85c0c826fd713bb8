import type { FileHandle } from 'node:fs/promises';

/** ustar: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
const BLOCK_BYTES = 512;
const SIZE_OF_LONGEST_EXTENSION = 1024 * 1024;
/** Images have layers, not files: an archive with more entries is not an image. */
const MAX_ENTRIES = 10_000;
/** Programs fill the last record of an archive with zeros. GNU tar's record has 10 KiB unless told otherwise. */
const MAX_PADDING_BYTES = 1024 * 1024;

export interface TarEntry {
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

export const readAt = async (file: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
};

/** Whether nothing but zeros follows: somebody's bytes behind the end of an archive are no part of it. */
const endsHere = async (file: FileHandle, offset: number, fileBytes: number): Promise<boolean> => {
  const length = fileBytes - offset;
  if (length > MAX_PADDING_BYTES) return false;
  const rest = await readAt(file, offset, length);
  return rest.length === length && rest.every((byte) => byte === 0);
};

/** The entries of a tar file, found by reading only its headers; absent if the file is not one whole archive, or holds more. */
export const tarEntries = async (file: FileHandle, fileBytes: number): Promise<readonly TarEntry[] | undefined> => {
  const entries: TarEntry[] = [];
  let extended: ReadonlyMap<string, string> = new Map();
  for (let offset = 0; entries.length < MAX_ENTRIES; ) {
    const block = await readAt(file, offset, BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) return undefined;
    if (block.every((byte) => byte === 0)) return (await endsHere(file, offset, fileBytes)) ? entries : undefined;
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
