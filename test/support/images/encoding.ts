import type { Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ByteSource, PIECE_BYTES } from './content.ts';

/** How a layer blob is wrapped. gzip and zstd are written uncompressed inside, which makes any blob size reachable. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** A blob of exactly `sizeBytes`, piece by piece; `diff` is fed with the bytes it holds when unpacked, unless
 * they are the blob itself. */
type Encoder = (sizeBytes: number, source: ByteSource, diff: Hash) => Generator<Buffer>;

function* plain(sizeBytes: number, source: ByteSource): Generator<Buffer> {
  for (let left = sizeBytes; left > 0; left -= PIECE_BYTES) {
    yield source(Math.min(left, PIECE_BYTES));
  }
}

/** Spreads the payload over as few blocks as hold it once every block has cost its header. */
const blockSizes = (bytes: number, headerBytes: number, maxBlockBytes: number): number[] => {
  const count = Math.max(1, Math.ceil(bytes / (maxBlockBytes + headerBytes)));
  let left = bytes - count * headerBytes;
  if (left < 0) throw new RangeError(`a blob this small cannot be framed: ${bytes} bytes left for ${headerBytes}`);
  return Array.from({ length: count }, () => {
    const size = Math.min(left, maxBlockBytes);
    left -= size;
    return size;
  });
};

/** gzip with stored blocks (RFC 1951 3.2.4, RFC 1952 2.3): 18 bytes around, 5 bytes a block. */
function* gzip(sizeBytes: number, source: ByteSource, diff: Hash): Generator<Buffer> {
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const sizes = blockSizes(sizeBytes - 18, 5, 65_535);
  let checksum = 0;
  let total = 0;
  for (const [index, size] of sizes.entries()) {
    const header = Buffer.alloc(5);
    header.writeUInt8(index === sizes.length - 1 ? 1 : 0, 0);
    header.writeUInt16LE(size, 1);
    header.writeUInt16LE(size ^ 0xffff, 3);
    const payload = source(size);
    checksum = crc32(payload, checksum);
    total += size;
    diff.update(payload);
    yield header;
    yield payload;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(total % 2 ** 32, 4);
  yield trailer;
}

/** zstd with raw blocks (RFC 8878 3.1.1): magic, no checksum, a window of 128 KiB, 3 bytes a block. */
function* zstd(sizeBytes: number, source: ByteSource, diff: Hash): Generator<Buffer> {
  yield Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  const sizes = blockSizes(sizeBytes - 6, 3, 128 * 1024);
  for (const [index, size] of sizes.entries()) {
    const header = Buffer.alloc(3);
    header.writeUIntLE((size << 3) | (index === sizes.length - 1 ? 1 : 0), 0, 3);
    const payload = source(size);
    diff.update(payload);
    yield header;
    yield payload;
  }
}

export const ENCODERS: Readonly<Record<Compression, Encoder>> = { none: plain, gzip, zstd };
