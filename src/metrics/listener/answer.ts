import type { ServerResponse } from 'node:http';

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Caches must not keep any answer, and browsers must not guess its type. */
const COMMON_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** A line of plain text. */
export const textAnswer = (status: number, line: string, headers: Record<string, string> = {}): Answer => ({
  status,
  body: `${line}\n`,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers },
});

/** Sends an answer with its exact length. For HEAD, Node sends only the headers. */
export const sendAnswer = (
  response: ServerResponse,
  answer: Answer,
  extraHeaders: Readonly<Record<string, string>>,
): void => {
  response.writeHead(answer.status, {
    ...COMMON_HEADERS,
    ...extraHeaders,
    ...answer.headers,
    'Content-Length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
};
