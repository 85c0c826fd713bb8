import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationResult } from '../../src/tracking/events.ts';

export const result = (outcome: 'success' | 'error'): OperationResult => ({
  operation: 'copy',
  source: '',
  destination: '',
  outcome,
  exitCode: outcome === 'success' ? 0 : 1,
  transferredBytes: 0,
  blobs: [],
  durationSeconds: 0,
  attempts: 1,
});

const hexOf = (bytes: string): string => hash('sha256', bytes);

export interface FakeImage {
  readonly manifest: string;
  /** Contents of config and layers. */
  readonly blobs: readonly string[];
  readonly signatures: readonly string[];
}

/** An image of that text, of a type that skopeo copies as it is; images share the blobs of equal texts. */
export const fakeImage = (texts: readonly string[], signatures: readonly string[] = []): FakeImage => {
  const descriptor = (text: string) => ({
    mediaType: 'application/vnd.test+json',
    digest: `sha256:${hexOf(text)}`,
    size: Buffer.byteLength(text),
  });
  const [config = '', ...layers] = texts;
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor(config),
    layers: layers.map(descriptor),
  };
  return { manifest: JSON.stringify(manifest), blobs: texts, signatures };
};

export const digestOfFake = ({ manifest }: FakeImage): string => `sha256:${hexOf(manifest)}`;

/** What `dir:` holds of an image, by name. */
export const directoryFiles = ({ manifest, blobs, signatures }: FakeImage): ReadonlyMap<string, string> =>
  new Map([
    ['version', 'Directory Transport Version: 1.1\n'],
    ...blobs.map((blob) => [hexOf(blob), blob] as const),
    ...signatures.map((signature, index) => [`signature-${index + 1}`, signature] as const),
    ['manifest.json', manifest],
  ]);

const REFERENCE_NAME = 'org.opencontainers.image.ref.name';

/** What an OCI layout with this one image holds, by path. */
export const layoutFiles = (image: FakeImage, name?: string): ReadonlyMap<string, string> => {
  const { manifest, blobs } = image;
  const annotations = name === undefined ? {} : { annotations: { [REFERENCE_NAME]: name } };
  const descriptor = { digest: digestOfFake(image), size: Buffer.byteLength(manifest), ...annotations };
  return new Map([
    ...[...blobs, manifest].map((blob) => [`blobs/sha256/${hexOf(blob)}`, blob] as const),
    ['oci-layout', '{"imageLayoutVersion": "1.0.0"}'],
    ['index.json', JSON.stringify({ schemaVersion: 2, manifests: [descriptor] })],
  ]);
};

const tarHeader = (name: string, sizeBytes: number): Buffer => {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return block;
};

/** A tar file of these files. */
export const tarOf = (entries: ReadonlyMap<string, string>): Buffer =>
  Buffer.concat([
    ...[...entries].flatMap(([name, text]) => {
      const bytes = Buffer.from(text);
      return [tarHeader(name, bytes.length), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
    }),
    Buffer.alloc(1024),
  ]);

export const archiveBytes = (transport: 'oci-archive' | 'docker-archive', image: FakeImage): Buffer => {
  if (transport === 'oci-archive') return tarOf(layoutFiles(image));
  const [config = ''] = image.blobs;
  const document = JSON.stringify([{ Config: `${hexOf(config)}.json`, RepoTags: null, Layers: [] }]);
  return tarOf(
    new Map([
      ...image.blobs.map((blob, index) => [`${hexOf(blob)}${index === 0 ? '.json' : '.tar'}`, blob] as const),
      ['manifest.json', document],
    ]),
  );
};

/** Writes files below a directory. */
export const writeTree = async (directory: string, files: ReadonlyMap<string, string>): Promise<void> => {
  for (const [name, text] of files) {
    const path = join(directory, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }
};
