import type { Readable } from 'node:stream';
import type { StreamFault } from './rules.ts';
import { type Throttle, throttle } from './throttle.ts';

/** Where the bytes of one body come out, and how it can end. */
export interface Outlet {
  /** Resolves when more may be written. */
  write(bytes: Buffer): Promise<void>;
  end(): void;
  /** Ends the connection: in an orderly way or by RST. */
  cut(reset: boolean): void;
  /** Bytes that have passed so far. */
  passed(bytes: number): void;
}

const UNLIMITED = Number.POSITIVE_INFINITY;

/** Splits what arrives into pieces that end exactly where a fault strikes. */
function* pieces(bytes: Buffer, offset: number, sizes: { pieceBytes: number; limit: number }): Generator<Buffer> {
  const until = Math.min(bytes.length, sizes.limit - offset);
  for (let at = 0; at < until; at += sizes.pieceBytes) yield bytes.subarray(at, Math.min(until, at + sizes.pieceBytes));
}

const corrupted = (piece: Buffer, at: number): Buffer => {
  if (at < 0 || at >= piece.length) return piece;
  const copy = Buffer.from(piece);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
};

/**
 * Forwards a body through its fault and the link's throttle. Returns when the body has ended or the connection was
 * cut; a stall never returns.
 */
export const forwardBody = async (
  body: Readable,
  fault: StreamFault,
  link: Throttle,
  outlet: Outlet,
): Promise<void> => {
  const { cutAfterBytes = UNLIMITED, resetAfterBytes = UNLIMITED, stallAfterBytes = UNLIMITED } = fault;
  const limit = Math.min(cutAfterBytes, resetAfterBytes, stallAfterBytes);
  const own = throttle(fault.bytesPerSecond);
  const pieceBytes = Math.min(own.pieceBytes, link.pieceBytes);
  let offset = 0;
  if (limit > 0) {
    for await (const bytes of body.iterator({ destroyOnReturn: false })) {
      for (const piece of pieces(bytes, offset, { pieceBytes, limit })) {
        await Promise.all([own.take(piece.length), link.take(piece.length)]);
        await outlet.write(corrupted(piece, (fault.corruptByteAt ?? -1) - offset));
        offset += piece.length;
        outlet.passed(piece.length);
      }
      if (offset >= limit) break;
    }
  }
  if (offset < limit) outlet.end();
  else if (limit === stallAfterBytes) await new Promise(() => {});
  else outlet.cut(limit === resetAfterBytes);
};
