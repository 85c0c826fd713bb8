import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from './answer.ts';
import { acceptsGzip } from './negotiation.ts';

const gzipAsync = promisify(gzip);

/** Compresses an answer for a client that takes gzip, the only encoding that Prometheus asks for. */
export const compressAnswer = async (answer: Answer, acceptEncoding: string | undefined): Promise<Answer> => {
  if (!acceptsGzip(acceptEncoding)) return answer;
  return { ...answer, body: await gzipAsync(answer.body), headers: { ...answer.headers, 'Content-Encoding': 'gzip' } };
};
