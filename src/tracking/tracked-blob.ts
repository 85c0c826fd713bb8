import type { BlobDescriptor, BlobKey, FinishedBlob } from './events.ts';
import type { BlobOutcome } from './vocabulary.ts';

/** Where a blob stands. `read`: the last source byte was read, the destination has not confirmed. */
type BlobState = 'running' | 'read' | BlobOutcome;

/** One blob of the image that is being copied, as far as it is known. */
export interface TrackedBlob {
  readonly key: BlobKey;
  readonly state: BlobState;
  /** Bytes read from the source; never falls. */
  readonly readBytes: number;
  /** As skopeo displays it, rounded; used only where the manifest does not tell. */
  readonly shownSizeBytes?: number;
  readonly descriptor?: BlobDescriptor;
}

/** Size of a blob: from the manifest, else as displayed; undefined while unknown. */
export const sizeOf = (blob: TrackedBlob): number | undefined => blob.descriptor?.sizeBytes ?? blob.shownSizeBytes;

/** Whether the fate of a blob is known. */
export const isFinished = ({ state }: TrackedBlob): boolean => state !== 'running' && state !== 'read';

/** Whether two keys mean the same blob, one of them perhaps with fewer digits. */
export const sameBlob = (a: BlobKey, b: BlobKey): boolean =>
  a.kind === b.kind && a.occurrence === b.occurrence && (a.hex.startsWith(b.hex) || b.hex.startsWith(a.hex));

/** Bytes of a blob that have come from the source, by the best source of truth there is. */
const bytesMoved = (blob: TrackedBlob): number => {
  if (blob.state === 'skipped') return 0;
  if (blob.state === 'read' || blob.state === 'copied') return sizeOf(blob) ?? blob.readBytes;
  return Math.min(blob.readBytes, blob.descriptor?.sizeBytes ?? Number.POSITIVE_INFINITY);
};

/** What one blob adds to the sums over an image. */
export interface BlobShare {
  /** Bytes that have come from the source. */
  readonly movedBytes: number;
  /** Bytes that need not come, since the destination has them. */
  readonly skippedBytes: number;
  /** Exact size of a blob that was started and not skipped. */
  readonly startedBytes: number;
  /** 1 for such a blob when its exact size is not known. */
  readonly unsized: number;
}

export const shareOf = (blob: TrackedBlob): BlobShare => {
  const isSkipped = blob.state === 'skipped';
  const exactBytes = isSkipped ? 0 : blob.descriptor?.sizeBytes;
  return {
    movedBytes: bytesMoved(blob),
    skippedBytes: isSkipped ? (sizeOf(blob) ?? 0) : 0,
    startedBytes: exactBytes ?? 0,
    unsized: exactBytes === undefined ? 1 : 0,
  };
};

/** The hex digits of a digest, without its algorithm. */
export const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1);

const digestOfBlob = ({ descriptor, key }: TrackedBlob): string =>
  descriptor?.digest ?? (key.hex.length === 64 ? `sha256:${key.hex}` : key.hex);

/** The blob as it is reported once its fate is known; undefined before. */
export const toFinishedBlob = (blob: TrackedBlob): FinishedBlob | undefined => {
  if (blob.state === 'running' || blob.state === 'read') return undefined;
  const sizeBytes = blob.descriptor?.sizeBytes;
  const finished = { kind: blob.key.kind, digest: digestOfBlob(blob), outcome: blob.state };
  return sizeBytes === undefined ? finished : { ...finished, sizeBytes };
};
