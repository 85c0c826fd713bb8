import { createServer, type ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { onLoopback } from '../../support/on-loopback.ts';

/** Sends one page of tags; the pages are counted from 1. */
export type EndlessPage = (page: number, response: ServerResponse) => void;

/** One page of tags that names the next one. */
export const sendPage = (response: ServerResponse, tags: readonly string[], next: string): void =>
  void response
    .writeHead(200, { 'content-type': 'application/json', link: `<${next}>; rel="next"` })
    .end(JSON.stringify({ name: 'x', tags }));

/** A byte now and then, for ever: nobody can say that there is silence. */
export const drip = (to: Writable | null): void => {
  to?.write('HTTP/1.1 200 OK\r\nx-drip: ');
  const timer = setInterval(() => to?.write(' '), 50);
  to?.once('close', () => clearInterval(timer));
};

/** As much as is taken, for ever. */
export const flood = (response: ServerResponse): void => {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const send = (): void => {
    while (!response.destroyed) if (!response.write(chunk)) return void response.once('drain', send);
  };
  send();
};

/** A registry on a loopback port that sends nothing but pages of tags. */
export const startListing = async (send: EndlessPage): Promise<{ readonly host: string } & AsyncDisposable> => {
  let page = 0;
  const server = createServer((request, response) => {
    response.on('error', () => {});
    if (request.url === '/v2/') response.end('{}');
    else send(++page, response);
  });
  return onLoopback(server);
};
