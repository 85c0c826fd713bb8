import type { Readable } from 'node:stream';
import { AnswerError } from './message.ts';

/** No manifest and no page of tags is larger; a longer answer is none. */
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
