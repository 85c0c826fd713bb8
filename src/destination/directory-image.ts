import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { MAX_MANIFEST_BYTES, mediaTypeOf, parseManifest } from '../image/manifest.ts';
import { conflict } from './bounds.ts';
import type { Files } from './destination-context.ts';
import { identify } from './file-identity.ts';
import { isStage, isStageName } from './stage.ts';

/** The format of `dir:`. Source: containers/image, directory/directory_dest.go and directory_transport.go. */
const VERSION_FILE = /^Directory Transport Version: [\d.]+\n?$/;
const MAX_VERSION_BYTES = 64;
const BLOB = /^[0-9a-f]{64}$/;
const INSTANCE = /^([0-9a-f]{64})\.manifest\.json$/;
const SIGNATURE = /^((?:[0-9a-f]{64}\.)?signature-)([1-9]\d*)$/;
const HEX = /sha256:([0-9a-f]{64})/g;

/** The files of an image in a directory, each with its device and inode. */
export type ImageFiles = ReadonlyMap<string, string>;

const isSmallFile = async (files: Files, path: string, maxBytes: number): Promise<boolean> => {
  const found = await identify(files, path);
  return found?.kind === 'file' && found.sizeBytes <= maxBytes;
};

const readSmall = async (files: Files, path: string, maxBytes: number): Promise<Buffer | undefined> =>
  (await isSmallFile(files, path, maxBytes)) ? files.readFile(path) : undefined;

/**
 * Whether bytes are a manifest: in a format that we know, or with a media type that looks like one, so that a newer
 * format needs no new version of the wrapper.
 */
const isManifest = (bytes: Buffer): boolean =>
  parseManifest(bytes) !== undefined || mediaTypeOf(bytes)?.startsWith('application/vnd.') === true;

/** Names of the blobs that manifests refer to, in every format. */
const namedIn = (manifests: readonly Buffer[]): ReadonlySet<string> =>
  new Set(manifests.flatMap((bytes) => [...bytes.toString('utf8').matchAll(HEX)].map(([, hex = '']) => hex)));

const readInstance = async (files: Files, directory: string, name: string): Promise<Buffer | undefined> => {
  const bytes = await readSmall(files, join(directory, name), MAX_MANIFEST_BYTES);
  return bytes !== undefined && hash('sha256', bytes) === INSTANCE.exec(name)?.[1] ? bytes : undefined;
};

/**
 * Whether a file begins as a signature does: `\0` and the name of a format, or an OpenPGP message. Sources: containers/image,
 * internal/signature/signature.go; RFC 9580, 4.2.
 */
const beginsAsSignature = async (files: Files, path: string): Promise<boolean> => {
  await using file = await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
  return bytesRead === 1 && (buffer[0] === 0 || buffer.readUInt8() >= 0x80);
};

/** Signatures are numbered without gaps: one after a gap is never read, so it does not belong to the image. */
const isSignature = (name: string, names: readonly string[]): boolean => {
  const [, series, number] = SIGNATURE.exec(name) ?? [];
  return series !== undefined && (number === '1' || names.includes(`${series}${Number(number) - 1}`));
};

/**
 * The files of the image in a directory; none for an empty directory. Blobs may be missing, since a broken image is to
 * be repaired, but there must be nothing else besides, except our stages.
 * @throws WrapperError `destination_conflict` for a directory that holds anything else; the message names it.
 */
export const imageFilesIn = async (files: Files, directory: string, ownStage?: string): Promise<ImageFiles> => {
  const names: string[] = [];
  for (const name of await files.readdir(directory)) {
    const path = join(directory, name);
    if (path !== ownStage && !(isStageName(name) && (await isStage(files, path)))) names.push(name);
  }
  if (names.length === 0) return new Map();
  const version = await readSmall(files, join(directory, 'version'), MAX_VERSION_BYTES);
  if (version === undefined || !VERSION_FILE.test(version.toString('utf8')))
    throw conflict(directory, 'holds something else than an image');

  const manifest = await readSmall(files, join(directory, 'manifest.json'), MAX_MANIFEST_BYTES);
  const instanceNames = names.filter((name) => INSTANCE.test(name));
  const instances: (Buffer | undefined)[] = [];
  for (const name of instanceNames) instances.push(await readInstance(files, directory, name));
  const valid = new Set(instanceNames.filter((_, index) => instances[index] !== undefined));
  const manifests = manifest !== undefined && isManifest(manifest) ? [manifest] : [];
  const named = namedIn([...manifests, ...instances.filter((bytes) => bytes !== undefined)]);
  const belongs = (name: string): boolean => {
    if (name === 'version') return true;
    if (name === 'manifest.json') return manifests.length > 0;
    return valid.has(name) || (BLOB.test(name) && named.has(name));
  };
  const isSignatureOfImage = async (name: string): Promise<boolean> =>
    isSignature(name, names) && (await beginsAsSignature(files, join(directory, name)));
  const found = new Map<string, string>();
  for (const name of names) {
    const entry = await identify(files, join(directory, name));
    if (entry === undefined) continue;
    if (entry.kind !== 'file' || !(belongs(name) || (await isSignatureOfImage(name))))
      throw conflict(directory, `holds ${name}, which is no part of an image`);
    found.set(name, entry.id);
  }
  return found;
};
