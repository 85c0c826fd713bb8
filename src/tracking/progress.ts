import type { OperationEvent } from './events.ts';
import type { ImageLedger } from './image-ledger.ts';
import type { Operation, Step } from './vocabulary.ts';

/** The highest percent that is shown before skopeo's exit status says that everything is done. */
const HIGHEST_UNFINISHED_PERCENT = 99.9;

/** The position of an image among the instances of a multi-arch list; counts from 1. */
export interface InstancePosition {
  readonly index: number;
  readonly count: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const bytesOfBlobs = (images: readonly ImageLedger[]): number => sum(images.map(({ movedBytes }) => movedBytes));

/**
 * Bytes that the images of an operation (of earlier attempts, instances of a list) have moved. Without progress lines
 * (then `processReadBytes` is given) the process's own counter gives the progress of the blobs in progress, but never
 * more than their sizes.
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
 * Bytes that the operation will have moved at its end, if the present image is the last; undefined while this is not
 * known, and for lists, whose images come one by one.
 */
export const expectedBytes = (
  images: readonly ImageLedger[],
  instance: InstancePosition | undefined,
): number | undefined => {
  const current = images.at(-1);
  if (instance || current?.totalBytes === undefined) return undefined;
  return Math.max(0, bytesOfBlobs(images.slice(0, -1)) + current.totalBytes - current.skippedBytes);
};

/** The percent of the operation, below 100; undefined while the size of the image is not known. */
export const unfinishedPercent = (
  { totalBytes, movedBytes: moved, skippedBytes }: ImageLedger,
  instance: InstancePosition | undefined,
): number | undefined => {
  if (totalBytes === undefined || totalBytes === 0) return undefined;
  const ofImage = Math.min(1, (moved + skippedBytes) / totalBytes);
  const { index, count } = instance ?? { index: 1, count: 1 };
  return Math.min(HIGHEST_UNFINISHED_PERCENT, (100 * (index - 1 + ofImage)) / Math.max(1, count));
};

/** The step that begins with an event; undefined if the step does not change. Only copies have steps. */
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
