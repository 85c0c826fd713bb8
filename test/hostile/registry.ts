import { createServer, type ServerResponse } from 'node:http';
import { onLoopback } from '../support/on-loopback.ts';

/** What terminals obey: colours, cursor, titles, links, bells, line ends; and what turns the direction of writing. */
export const POISON = '\x1b[31m\x1b[2J\x1b[10A\x1b]0;owned\x07\x1b]8;;http://evil\x1b\\\b\r\n\u009b31m\u202e';

/** Tags that no registry may have; the last one is harmless. */
export const HOSTILE_TAGS = [
  POISON,
  '../../escaped',
  '..',
  '/etc/escaped',
  'a/../../escaped',
  `tag${POISON}`,
  'tag\nwith: lines',
  '--flag',
  '$(touch escaped)',
  'x'.repeat(10_000),
  'good',
];

const HUGE_BYTES = 100 * 1024 ** 2;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** How the server treats a request for a manifest, by the name of the repository. */
const MANIFESTS: Readonly<Record<string, (response: ServerResponse, url: string) => void>> = {
  huge: (response) => {
    response.writeHead(200, { 'content-type': MANIFEST, 'content-length': HUGE_BYTES });
    const chunk = Buffer.alloc(64 * 1024, ' ');
    let left = HUGE_BYTES;
    const send = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        if (!response.write(chunk)) return void response.once('drain', send);
      }
      response.end();
    };
    send();
  },
  malformed: (response) =>
    response.writeHead(200, { 'content-type': MANIFEST }).end('{"schemaVersion": 2, "config": ['),
  nested: (response) => response.writeHead(200, { 'content-type': MANIFEST }).end('['.repeat(3_000_000)),
  redirects: (response, url) => response.writeHead(307, { location: `${url}x` }).end(),
  poison: (response) =>
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ errors: [{ code: `CODE${POISON}`, message: `message ${POISON} end`, detail: POISON }] })),
  page: (response) =>
    response.writeHead(500, { 'content-type': 'text/html' }).end(`<html>${POISON.repeat(1000)}</html>`),
};

/** Ways in which the server is hostile: repositories of these names. */
export const HOSTILE_REPOSITORIES: readonly string[] = Object.keys(MANIFESTS);

const answer = (url: string, response: ServerResponse): void => {
  if (url === '/v2/') return void response.writeHead(200).end('{}');
  const [, , repository = ''] = url.split('/');
  if (url.includes('/tags/list')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ name: POISON, tags: HOSTILE_TAGS }));
  }
  const treat = MANIFESTS[repository] ?? MANIFESTS.poison;
  treat?.(response, url);
};

/** A registry that means harm, on a loopback port. */
export const startHostileRegistry = async (): Promise<{ readonly host: string } & AsyncDisposable> => {
  const server = createServer((request, response) => {
    response.on('error', () => {});
    answer(request.url ?? '/', response);
  });
  return onLoopback(server);
};
