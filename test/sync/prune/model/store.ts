import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { MEDIA_TYPES } from '../../../support/images.ts';

export interface Stored {
  readonly status: number;
  readonly digest: string | undefined;
  readonly mediaType: string;
  readonly body: Buffer;
}

const { oci, docker } = MEDIA_TYPES;
const ACCEPT = [oci.index, oci.manifest, docker.index, docker.manifest].join(', ');
const CONFIG = Buffer.from('{}');

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const CONFIG_DIGEST = digestOf(CONFIG);

/** A manifest and what a registry takes it for. */
export interface MadeManifest {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

const made = (content: object, mediaType: string): MadeManifest => {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { bytes, digest: digestOf(bytes), mediaType };
};

const descriptor = ({ digest, bytes, mediaType }: MadeManifest) => ({ mediaType, digest, size: bytes.length });

/** An image of no bytes: only a note in its manifest tells it from others. */
export const makeImage = (seed: string, subject?: MadeManifest): MadeManifest =>
  made(
    {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: CONFIG_DIGEST, size: CONFIG.length },
      layers: [],
      annotations: { seed },
      ...(subject === undefined ? {} : { subject: descriptor(subject) }),
    },
    oci.manifest,
  );

export const makeIndex = (children: readonly MadeManifest[], seed: string): MadeManifest =>
  made(
    {
      manifests: children.map((child, index) => ({
        ...descriptor(child),
        platform: { os: 'linux', architecture: ['amd64', 'arm64', 's390x'][index % 3] },
      })),
      annotations: { seed },
    },
    oci.index,
  );

/** A registry by plain HTTP: images made of nothing cost a request each. */
export class Store implements Disposable {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  /** Makes a repository whose images need no upload. */
  async prepare(repository: string): Promise<void> {
    const { status, headers } = await this.#ask(
      'POST',
      `/v2/${repository}/blobs/uploads/?mount=${CONFIG_DIGEST}&from=base`,
    );
    if (status === 201) return;
    const location = new URL(String(headers.location), 'http://registry.invalid');
    location.searchParams.set('digest', CONFIG_DIGEST);
    const put = await this.#ask('PUT', `${location.pathname}${location.search}`, CONFIG, 'application/octet-stream');
    if (put.status !== 201) throw new Error(`blob: HTTP ${put.status} ${put.body}`);
  }

  async put(repository: string, reference: string, { bytes, mediaType }: Pick<MadeManifest, 'bytes' | 'mediaType'>) {
    const { status, body } = await this.#ask('PUT', `/v2/${repository}/manifests/${reference}`, bytes, mediaType);
    if (status !== 201) throw new Error(`${repository}:${reference}: HTTP ${status} ${body}`);
  }

  async get(repository: string, reference: string, method: 'GET' | 'HEAD' = 'GET'): Promise<Stored> {
    const { status, headers, body } = await this.#ask(method, `/v2/${repository}/manifests/${reference}`);
    const digest = status === 200 ? String(headers['docker-content-digest']) : undefined;
    return { status, digest, mediaType: String(headers['content-type']), body };
  }

  async delete(repository: string, digest: string): Promise<number> {
    return (await this.#ask('DELETE', `/v2/${repository}/manifests/${digest}`)).status;
  }

  async tags(repository: string): Promise<readonly string[]> {
    const { status, body } = await this.#ask('GET', `/v2/${repository}/tags/list`);
    return status === 200 ? ((JSON.parse(body.toString()) as { tags: string[] | null }).tags ?? []) : [];
  }

  async #ask(method: string, path: string, body?: Buffer, type?: string) {
    const headers = { accept: ACCEPT, ...(type === undefined ? {} : { 'content-type': type }) };
    const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
    const sent = request({ host: '127.0.0.1', port: this.#port, method, path, headers, agent: this.#agent }, resolve);
    sent.once('error', reject);
    sent.end(body);
    const response = await promise;
    return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
  }
}
