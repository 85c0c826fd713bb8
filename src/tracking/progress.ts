import type { OperationEvent } from './events.ts';
import type { ImageLedger } from './image-ledger.ts';
import type { Operation, Step } from './vocabulary.ts';

/** Shown until skopeo's exit status says that all is done. */
const HIGHEST_UNFINISHED_PERCENT = 99.9;

/** Which instance of a multi-arch list an image is; counts from 1. */
export interface InstancePosition {
  readonly index: number;
  readonly count: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const bytesOfBlobs = (images: readonly ImageLedger[]): number => sum(images.map(({ movedBytes }) => movedBytes));

/**
 * Bytes that the images of an operation (of earlier attempts, instances of a list) have moved. Without rows
 * (`processReadBytes` is given) the process's own counter tells how far the running blobs are, but never more than they hold.
 */
export const movedBytes = (images: readonly ImageLedger[], processReadBytes: number | undefined): number => {
  const byBlobs = bytesOfBlobs(images);
  if (processReadBytes === undefined) return byBlobs;
  const started = images.map(({ startedBytes }) => startedBytes);
  const known = started.filter((bytes) => bytes !== undefined);
  const most = known.length === started.length ? sum(known) : Number.POSITIVE_INFINITY;
  return Math.max(byBlobs, Math.min(processReadBytes, most));
};

/**
 * Bytes that the operation will have moved, the last image being in progress; undefined while nobody has told, and for
 * lists, whose images come one by one.
 */
export const expectedBytes = (
  images: readonly ImageLedger[],
  instance: InstancePosition | undefined,
): number | undefined => {
  const current = images.at(-1);
  if (instance || current?.totalBytes === undefined) return undefined;
  return Math.max(0, bytesOfBlobs(images.slice(0, -1)) + current.totalBytes - current.skippedBytes);
};

/** How far the operation is, below 100; undefined while nobody has told how large the image is. */
export const unfinishedPercent = (
  { totalBytes, movedBytes: moved, skippedBytes }: ImageLedger,
  instance: InstancePosition | undefined,
): number | undefined => {
  if (totalBytes === undefined || totalBytes === 0) return undefined;
  const ofImage = Math.min(1, (moved + skippedBytes) / totalBytes);
  const { index, count } = instance ?? { index: 1, count: 1 };
  return Math.min(HIGHEST_UNFINISHED_PERCENT, (100 * (index - 1 + ofImage)) / Math.max(1, count));
};

/** The step that an event leads to; undefined when it changes nothing. Only copies have steps. */
export const stepAfter = (operation: Operation, event: OperationEvent): Step | undefined => {
  if (operation !== 'copy' && operation !== 'sync') return 'running';
  switch (event.type) {
    case 'attempt-started':
      return 'starting';
    case 'image-started':
    case 'list-started':
    case 'signatures-reading':
      return 'getting_signatures';
    case 'blob-started':
    case 'blob-progress':
      return event.blob.kind === 'config' ? 'copying_config' : 'copying_blob';
    case 'manifest-writing':
      return 'writing_manifest';
    case 'signatures-storing':
      return 'storing_signatures';
    case 'retrying':
      return 'retry_wait';
    default:
      return undefined;
  }
};
