import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { RegistryStep } from '../../src/skopeo/failure/registry-answer.ts';
import { onLoopback } from '../../test/support/on-loopback.ts';

/** The answer that the registry gives at one step, again and again; everything else succeeds. */
export interface Fault {
  readonly step: RegistryStep;
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const LAYER = gzipSync(Buffer.alloc(1024));
const CONFIG = Buffer.from(
  JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.alloc(1024))] },
  }),
);
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const MANIFEST = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(CONFIG), size: CONFIG.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(LAYER), size: LAYER.length }],
  }),
);

const stepOf = ({ method = 'GET', url = '/' }: IncomingMessage): RegistryStep | 'other' => {
  if (url === '/v2/') return 'ping';
  if (url.startsWith('/token')) return 'token';
  if (url.includes('/tags/list')) return 'list';
  if (url.includes('/blobs/uploads/'))
    return method === 'POST' ? 'upload-start' : method === 'PATCH' ? 'upload' : 'commit';
  if (url.includes('/blobs/')) return method === 'HEAD' ? 'blob-head' : 'blob';
  if (method === 'PUT') return 'manifest-put';
  if (method === 'DELETE') return 'delete';
  return url.includes('/manifests/') ? 'manifest' : 'other';
};

const succeed = (step: RegistryStep | 'other', { url = '/', headers }: IncomingMessage, response: ServerResponse) => {
  const origin = `http://${headers.host}`;
  switch (step) {
    case 'token':
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"t"}');
    case 'list':
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"team/app","tags":["1"]}');
    case 'manifest': {
      const digest = digestOf(MANIFEST);
      return response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'docker-content-digest': digest }).end(MANIFEST);
    }
    case 'blob':
      return response.writeHead(200).end(url.endsWith(digestOf(LAYER)) ? LAYER : CONFIG);
    case 'blob-head':
      return response.writeHead(404).end();
    case 'upload-start':
    case 'upload':
      return response.writeHead(202, { location: `${origin}/v2/team/app/blobs/uploads/1`, range: '0-0' }).end();
    case 'commit':
      return response.writeHead(201, { location: url }).end();
    case 'manifest-put':
      return response.writeHead(201, { 'docker-content-digest': digestOf(MANIFEST) }).end();
    case 'delete':
      return response.writeHead(202).end();
    default:
      return response.writeHead(200).end('{}');
  }
};

/** A registry of one image, `team/app:1`, that fails at a step of one's choice. */
export const startFaultyRegistry = async (fault: Fault): Promise<{ readonly host: string } & AsyncDisposable> => {
  const server = createServer((request, response) => {
    const step = stepOf(request);
    request.resume().on('end', () => {
      if (step === fault.step) {
        const type = fault.contentType === undefined ? {} : { 'content-type': fault.contentType };
        response.writeHead(fault.status, type).end(request.method === 'HEAD' ? undefined : fault.body);
      } else if (step === 'ping' && fault.step === 'token') {
        const realm = `Bearer realm="http://${request.headers.host}/token",service="registry"`;
        response.writeHead(401, { 'www-authenticate': realm }).end();
      } else succeed(step, request, response);
    });
  });
  return onLoopback(server);
};
