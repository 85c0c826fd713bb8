import type { BlobDescriptor, BlobKey, FinishedBlob } from './events.ts';
import type { BlobOutcome } from './vocabulary.ts';

/**
 * The state of a blob. `read`: the last byte of the source was read, but the destination has not confirmed the blob.
 */
type BlobState = 'running' | 'read' | BlobOutcome;

/** What is known of one blob of the image that is being copied. */
export interface TrackedBlob {
  readonly key: BlobKey;
  readonly state: BlobState;
  /** Bytes read from the source; never falls. */
  readonly readBytes: number;
  /** As skopeo displays it, rounded; used only if the manifest gives no size. */
  readonly shownSizeBytes?: number;
  readonly descriptor?: BlobDescriptor;
}

/** Size of a blob: from the manifest, else as displayed; undefined while it is unknown. */
export const sizeOf = (blob: TrackedBlob): number | undefined => blob.descriptor?.sizeBytes ?? blob.shownSizeBytes;

/** Whether the outcome of a blob is known. */
export const isFinished = ({ state }: TrackedBlob): boolean => state !== 'running' && state !== 'read';

/** Whether two keys mean the same blob; one of them may have fewer digits. */
export const sameBlob = (a: BlobKey, b: BlobKey): boolean =>
  a.kind === b.kind && a.occurrence === b.occurrence && (a.hex.startsWith(b.hex) || b.hex.startsWith(a.hex));

/** Bytes of a blob that were read from the source, according to the best information there is. */
const bytesMoved = (blob: TrackedBlob): number => {
  if (blob.state === 'skipped') return 0;
  if (blob.state === 'read' || blob.state === 'copied') return sizeOf(blob) ?? blob.readBytes;
  return Math.min(blob.readBytes, blob.descriptor?.sizeBytes ?? Number.POSITIVE_INFINITY);
};

/** What one blob adds to the sums of an image. */
export interface BlobShare {
  /** Bytes that were read from the source. */
  readonly movedBytes: number;
  /** Bytes that need not be read, since the destination has them. */
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

/** The blob as it is reported once its outcome is known; undefined before. */
export const toFinishedBlob = (blob: TrackedBlob): FinishedBlob | undefined => {
  if (blob.state === 'running' || blob.state === 'read') return undefined;
  const sizeBytes = blob.descriptor?.sizeBytes;
  const finished = { kind: blob.key.kind, digest: digestOfBlob(blob), outcome: blob.state };
  return sizeBytes === undefined ? finished : { ...finished, sizeBytes };
};
