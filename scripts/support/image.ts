import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of a layer. */
export interface LayerFile {
  readonly name: string;
  readonly content: Buffer;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const TAR_BLOCK_BYTES = 512;

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

/** A ustar header (POSIX.1-1988): a regular file, mode 0644, owned by root, from 1970. */
const tarHeader = ({ name, content }: LayerFile): Buffer => {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  header.write(name, 0, 100);
  header.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(content.length, 11) + octal(0, 11), 100);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
};

const tarOf = (files: readonly LayerFile[]): Buffer => {
  const entries = files.flatMap((file) => [
    tarHeader(file),
    file.content,
    Buffer.alloc(-file.content.length & (TAR_BLOCK_BYTES - 1)),
  ]);
  return Buffer.concat([...entries, Buffer.alloc(2 * TAR_BLOCK_BYTES)]);
};

const writeBlob = async (layout: string, mediaType: string, content: Buffer): Promise<Descriptor> => {
  const digest = digestOf(content);
  await writeFile(join(layout, 'blobs/sha256', digest.slice('sha256:'.length)), content);
  return { mediaType, digest, size: content.length };
};

const writeJsonBlob = (layout: string, mediaType: string, value: unknown): Promise<Descriptor> =>
  writeBlob(layout, mediaType, Buffer.from(JSON.stringify(value)));

const oci = (kind: string): string => `application/vnd.oci.image.${kind}`;

/**
 * Writes an OCI image layout (OCI image-spec v1) of one linux/amd64 image with one gzip layer per entry of `layers`,
 * reachable as `oci:<layout>:<tag>`.
 */
export const writeOciImage = async (layout: string, tag: string, layers: readonly LayerFile[][]): Promise<void> => {
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  const tars = layers.map(tarOf);
  const layerBlobs = await Promise.all(
    tars.map((tar) => writeBlob(layout, oci('layer.v1.tar+gzip'), gzipSync(tar, { level: 1 }))),
  );
  const config = await writeJsonBlob(layout, oci('config.v1+json'), {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
  });
  const mediaType = oci('manifest.v1+json');
  const manifest = await writeJsonBlob(layout, mediaType, { schemaVersion: 2, mediaType, config, layers: layerBlobs });
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
};

/** Layers of these sizes with content that does not compress, so that a copy has something to do. */
export const randomLayers = (sizesBytes: readonly number[]): LayerFile[][] =>
  sizesBytes.map((size, index) => [{ name: `data-${index + 1}.bin`, content: randomBytes(size) }]);
