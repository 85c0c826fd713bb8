import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The server's answer is wrong, or missing: asking again over a new connection would not help. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** The server does not answer. */
export class SilenceError extends AnswerError {}

export const silence = (host: string): SilenceError => new SilenceError(`no answer from ${host}`);

/** No manifest and no page of tags is larger; a longer body is an error. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Reads an answer's body. Rejects when it is cut off or larger than 8 MiB. */
export const readBody = async (stream: Readable, host: string): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new AnswerError(`answer of ${host} is larger than 8 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
