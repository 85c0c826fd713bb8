import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestRecord } from '../../test/support/proxy/journal.ts';
import type { RegistryClient } from '../../test/support/registry/client.ts';
import type { Stage } from './stage.ts';

/** What lies behind an image reference, looked at past skopeo. */
export interface Place {
  /** The manifest of the reference, or of `digest` beside it; undefined when there is none. */
  manifest(digest?: string): Promise<Buffer | undefined>;
  /** Size of a blob; undefined when it is not there. */
  blobBytes(digest: string): Promise<number | undefined>;
  /** Requests so far, of a registry; undefined of a directory. */
  readonly requests?: readonly RequestRecord[];
  /** Path of the registry's repository. */
  readonly repository?: string;
  /** skopeo empties a `dir:` destination before it writes, so that what was there is never reused. */
  readonly emptied?: true;
}

const fileSize = async (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

const fileBytes = async (path: string): Promise<Buffer | undefined> =>
  access(path).then(
    () => readFile(path),
    () => undefined,
  );

const hexOf = (digest: string): string => digest.replace(/^sha256:/, '');

const dirPlace = (path: string): Place => ({
  emptied: true,
  manifest: (digest) =>
    fileBytes(join(path, digest === undefined ? 'manifest.json' : `${hexOf(digest)}.manifest.json`)),
  blobBytes: (digest) => fileSize(join(path, hexOf(digest))),
});

const ociPlace = (path: string, tag: string): Place => {
  const blobPath = (digest: string) => join(path, 'blobs', 'sha256', hexOf(digest));
  const tagged = async (): Promise<string | undefined> => {
    const index = JSON.parse((await fileBytes(join(path, 'index.json')))?.toString() ?? '{"manifests":[]}');
    const name = 'org.opencontainers.image.ref.name';
    return index.manifests.find((entry: { annotations?: Record<string, string> }) => entry.annotations?.[name] === tag)
      ?.digest;
  };
  return {
    async manifest(digest) {
      const wanted = digest ?? (await tagged());
      return wanted === undefined ? undefined : fileBytes(blobPath(wanted));
    },
    blobBytes: (digest) => fileSize(blobPath(digest)),
  };
};

const registryPlace = (
  client: RegistryClient,
  requests: readonly RequestRecord[],
  repository: string,
  reference: string,
): Place => ({
  repository,
  requests,
  manifest: (digest) => client.manifest(repository, digest ?? reference).catch(() => undefined),
  async blobBytes(digest) {
    const { status, headers } = await client.request(`/v2/${repository}/blobs/${digest}`, { method: 'HEAD' });
    return status === 200 ? Number(headers['content-length']) : undefined;
  },
});

/** Finds the place of a reference; registries are known by the addresses of their proxies. */
export const placeOf = (stage: Stage, reference: string): Place => {
  const [, transport, rest = ''] = /^([a-z-]+):(.*)$/.exec(reference) ?? [];
  if (transport === 'dir') return dirPlace(rest);
  if (transport === 'oci') return ociPlace(rest.split(':')[0] ?? '', rest.split(':')[1] ?? '');
  const [, host, repository = '', name = ''] = /^\/\/([^/]+)\/([^@]+?)[:@]((?:sha256:)?[^:@]+)$/.exec(rest) ?? [];
  const side = [stage.source, stage.destination].find(({ proxy }) => proxy.host === host);
  return side === undefined
    ? { manifest: async () => undefined, blobBytes: async () => undefined }
    : registryPlace(side.registry.client, side.proxy.requests, repository, name);
};
