import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** A longer body is no answer; 8 MiB unless told otherwise. */
  readonly maxBytes?: number;
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

const MIB = 1024 ** 2;

/** No manifest is larger; a longer body is an error. */
const MAX_BODY_BYTES = 8 * MIB;

/** Reads the body of the answer to a request. Rejects when it is cut off or too large. */
export const readBody = async (
  stream: Readable,
  { url: { host }, maxBytes = MAX_BODY_BYTES }: Pick<HttpRequest, 'url' | 'maxBytes'>,
): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new AnswerError(`answer of ${host} is larger than ${maxBytes / MIB} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
