import type { IncomingHttpHeaders } from 'node:http';

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

/** The server's answer is at fault, or its silence: asking again over a new connection would not help. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** The server says nothing. */
export class SilenceError extends AnswerError {}

export const silence = (host: string): SilenceError => new SilenceError(`no answer from ${host}`);
