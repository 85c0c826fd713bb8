import { createCipheriv, createHash } from 'node:crypto';

/** Bytes are produced in pieces of this size, so that a layer of gigabytes needs no memory. */
export const PIECE_BYTES = 1024 * 1024;

/** What a layer is filled with: bytes that no compressor can shrink, the same for the same seed, or zeros. */
export type Content = 'random' | 'zero';

const zeros = (sizeBytes: number): Buffer => Buffer.alloc(sizeBytes);

/** The key stream of AES-128-CTR: reproducible, incompressible, and faster than any disk. */
const randomSource = (seed: string): ((sizeBytes: number) => Buffer) => {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  return (sizeBytes) => cipher.update(zeros(sizeBytes));
};

/** Gives as many bytes as asked for, call after call. */
export type ByteSource = (sizeBytes: number) => Buffer;

/** The source of a layer's bytes. */
export const byteSource = (content: Content, seed: string): ByteSource =>
  content === 'zero' ? zeros : randomSource(seed);
