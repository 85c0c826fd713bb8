import { readFile } from 'node:fs/promises';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { MEDIA_TYPES } from '../images/media-types.ts';
import type { TokenServer } from './token-server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Looks into a registry past skopeo, so that a test can compare what it finds with what was claimed. */
export interface RegistryClient {
  /** `path` begins with `/v2/`. */
  request(
    path: string,
    options?: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Uint8Array },
  ): Promise<Answer>;
  /** Digest of a manifest by tag or digest; undefined when the registry does not have it. */
  manifestDigest(repository: string, reference: string): Promise<string | undefined>;
  /** The manifest as it is stored. */
  manifest(repository: string, reference: string): Promise<Buffer>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  tags(repository: string): Promise<string[]>;
}

export interface RegistryClientOptions {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly tokenServer?: TokenServer;
  /** PEM file of the authority. */
  readonly certificate?: string;
}

const { oci, docker } = MEDIA_TYPES;
const ACCEPT = [oci.index, oci.manifest, docker.index, docker.manifest];

/** A client with the rights of `user`. */
export const registryClient = ({
  url,
  user,
  password,
  tokenServer,
  certificate,
}: RegistryClientOptions): RegistryClient => {
  const basic = user === undefined ? {} : { authorization: `Basic ${btoa(`${user}:${password}`)}` };

  const authorization = async (path: string): Promise<OutgoingHttpHeaders> => {
    if (tokenServer === undefined) return basic;
    const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|tags)\//.exec(path)?.[1] ?? '';
    const scope = `repository:${repository}:pull,push,delete`;
    const answer = await fetch(`${tokenServer.realm}?service=test-registry&scope=${scope}`, { headers: basic });
    const { token } = (await answer.json()) as { token: string };
    return { authorization: `Bearer ${token}` };
  };

  const request: RegistryClient['request'] = async (path, { method = 'GET', headers = {}, body = '' } = {}) => {
    const ca = certificate === undefined ? undefined : await readFile(certificate);
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const allHeaders = { ...(await authorization(path)), ...headers };
    const sent = send(`${url}${path}`, { method, headers: allHeaders, agent: false, ...(ca && { ca }) });
    sent.end(body);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    sent.once('error', reject);
    sent.once('response', (response) => {
      buffer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        reject,
      );
    });
    return promise;
  };

  const getManifest = (method: string, repository: string, reference: string) =>
    request(`/v2/${repository}/manifests/${reference}`, { method, headers: { accept: ACCEPT } });

  return {
    request,
    async manifestDigest(repository, reference) {
      const { status, headers } = await getManifest('HEAD', repository, reference);
      return status === 200 ? String(headers['docker-content-digest']) : undefined;
    },
    async manifest(repository, reference) {
      const { status, body } = await getManifest('GET', repository, reference);
      if (status !== 200) throw new Error(`${repository}:${reference}: HTTP ${status}`);
      return body;
    },
    hasBlob: async (repository, digest) =>
      (await request(`/v2/${repository}/blobs/${digest}`, { method: 'HEAD' })).status === 200,
    async tags(repository) {
      const { status, body } = await request(`/v2/${repository}/tags/list`);
      return status === 200 ? (JSON.parse(body.toString()).tags ?? []) : [];
    },
  };
};
