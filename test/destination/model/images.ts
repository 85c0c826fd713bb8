import assert from 'node:assert/strict';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tarEntries } from '../../../src/image/tar.ts';
import { archiveBytes, digestOfFake, directoryFiles, type FakeImage, fakeImage, layoutFiles } from '../support.ts';

export const TRANSPORTS = ['dir', 'oci', 'oci-archive', 'docker-archive'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Destinations: beside each other, below each other, with names that parts of us once had, and by a link. */
export const PLACES = ['a', 'b', 'a.old', 'a.partial', 'deep/er/c', 'a/below', 'link'] as const;
export type Place = (typeof PLACES)[number];

/** A signature as skopeo writes it. Source: containers/image, internal/signature/signature.go and sigstore.go. */
const signature = (type: string): string => `\0sigstore-json\n{"mimeType":"${type}","payload":"","annotations":{}}`;

/** Images that share blobs. */
export const IMAGES: readonly FakeImage[] = [
  fakeImage(['config', 'layer 1', 'layer 2']),
  fakeImage(['config', 'layer 2', 'layer 3'], [signature('A')]),
  fakeImage(['other config', 'layer 3'], [signature('B'), signature('C')]),
  fakeImage(['other config', 'layer 1'], [signature('D'), signature('E'), signature('F')]),
];

/** The text of a regular file; absent for anything else, since reading a pipe would wait. */
const readText = async (path: string): Promise<string | undefined> => {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true ? readFile(path, 'utf8') : undefined;
};

/** The whole image of a directory, by its number, whatever else lies there. */
const imageInDirectory = async (path: string): Promise<string | undefined> => {
  const read = (name: string) => readText(join(path, name));
  const manifest = await read('manifest.json');
  if (manifest === undefined) return undefined;
  const number = IMAGES.findIndex((image) => image.manifest === manifest);
  const image = IMAGES[number];
  if (image === undefined) return 'foreign';
  for (const [name, text] of directoryFiles(image)) {
    if (!name.startsWith('signature-')) assert.equal(await read(name), text, `${path} lacks ${name}`);
  }
  const signatures = [];
  for (let at = 1; ; at++) {
    const signature = await read(`signature-${at}`);
    if (signature === undefined) break;
    signatures.push(signature);
  }
  for (const signature of image.signatures) assert.ok(signatures.includes(signature), `${path} lacks ${signature}`);
  return `image ${number}`;
};

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly annotations?: Record<string, string> }[];
}

/** Which image each name of a layout stands for; all of them whole. */
const imagesOfLayout = async (path: string): Promise<string | undefined> => {
  const bytes = await readText(join(path, 'index.json'));
  if (bytes === undefined || !bytes.includes('manifests')) return undefined;
  assert.ok(await readText(join(path, 'oci-layout')));
  const names: string[] = [];
  for (const { digest, annotations } of (JSON.parse(bytes) as Index).manifests) {
    const number = IMAGES.findIndex((image) => digestOfFake(image) === digest);
    for (const [name, text] of layoutFiles(IMAGES[number] ?? assert.fail())) {
      if (name.startsWith('blobs/')) assert.equal(await readFile(join(path, name), 'utf8'), text);
    }
    const [name] = Object.values(annotations ?? {});
    if (name !== undefined) names.push(`${name}=${number}`);
  }
  return names.toSorted().join(' ');
};

/** The whole image of an archive that skopeo itself has written, tar headers with times and all. */
const imageInArchive = async (path: string): Promise<string | undefined> => {
  await using file = await open(path);
  const entries = (await tarEntries(file, (await file.stat()).size)) ?? [];
  const read = async (name: string): Promise<string | undefined> => {
    const entry = entries.find((one) => one.name === name);
    if (entry === undefined) return undefined;
    const { buffer } = await file.read(Buffer.alloc(entry.sizeBytes), 0, entry.sizeBytes, entry.offset);
    return buffer.toString('utf8');
  };
  const index = await read('index.json');
  const number = IMAGES.findIndex((image) => index?.includes(digestOfFake(image)));
  const image = IMAGES[number];
  if (image === undefined) return undefined;
  for (const [name, text] of layoutFiles(image)) {
    if (name.startsWith('blobs/')) assert.equal(await read(name), text, `${path} lacks ${name}`);
  }
  return `oci-archive ${number}`;
};

/** What a place holds, as far as it is an image of the model. */
export const imageAt = async (path: string): Promise<string> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'nothing';
  if (stats.isFile()) {
    const bytes = await readFile(path);
    const written = await imageInArchive(path);
    if (written !== undefined) return written;
    const number = IMAGES.findIndex((image) => archiveBytes('docker-archive', image).equals(bytes));
    return number < 0 ? 'foreign' : `docker-archive ${number}`;
  }
  if (!stats.isDirectory()) return 'foreign';
  return (await imagesOfLayout(path)) ?? (await imageInDirectory(path)) ?? 'nothing';
};
