import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryClient } from './client.ts';

interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
}

/** Of an OCI manifest or index, what it refers to. */
interface Manifest {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

const TAG_ANNOTATION = 'org.opencontainers.image.ref.name';

const assertStatus = (expected: number, { status, body }: { status: number; body: Buffer }, what: string): void => {
  if (status !== expected) throw new Error(`${what}: HTTP ${status}\n${body}`);
};

/**
 * Pushes what has `tag` in the OCI layout at `path`, all platforms, byte for byte, to `repository:destinationTag`: skopeo
 * would take six times as long, and most tests begin with this.
 */
export const pushLayout = async (
  client: RegistryClient,
  { path, tag }: { readonly path: string; readonly tag: string },
  [repository, destinationTag]: readonly [repository: string, tag: string],
): Promise<void> => {
  const read = (digest: string): Promise<Buffer> => readFile(join(path, 'blobs/sha256', digest.replace('sha256:', '')));

  const pushBlob = async ({ digest }: Descriptor): Promise<void> => {
    if (await client.hasBlob(repository, digest)) return;
    const begun = await client.request(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    assertStatus(202, begun, `upload to ${repository}`);
    const place = `${begun.headers.location}`;
    const sent = await client.request(`${place}${place.includes('?') ? '&' : '?'}digest=${digest}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: await read(digest),
    });
    assertStatus(201, sent, `${digest} to ${repository}`);
  };

  const pushManifest = async ({ digest, mediaType }: Descriptor, reference: string): Promise<void> => {
    const body = await read(digest);
    const { manifests = [], config, layers = [] }: Manifest = JSON.parse(body.toString());
    for (const manifest of manifests) await pushManifest(manifest, manifest.digest);
    for (const blob of new Set([...(config ? [config] : []), ...layers])) await pushBlob(blob);
    const sent = await client.request(`/v2/${repository}/manifests/${reference}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body,
    });
    assertStatus(201, sent, `${repository}:${reference}`);
  };

  const index = JSON.parse(await readFile(join(path, 'index.json'), 'utf8'));
  const entry = index.manifests.find(
    ({ annotations }: { annotations?: Record<string, string> }) => annotations?.[TAG_ANNOTATION] === tag,
  );
  if (entry === undefined) throw new Error(`no ${tag} in ${path}`);
  await pushManifest(entry, destinationTag);
};
