import { formatBytes, formatCount, formatPercent, formatRate, formatSeconds } from '../text/format.ts';
import { printable } from '../text/printable.ts';
import type { OperationResult } from '../tracking/events.ts';
import type { LiveOperation } from '../tracking/live-operation.ts';
import type { OperationView } from '../tracking/tracked-operation.ts';

/** After this much silence, the display mentions it. */
const STALE_SECONDS = 10;

/** For how long nothing has moved, once that is long enough to mention. */
const staleNote = (live: LiveOperation, nowMs: number): string | undefined => {
  const staleSeconds = (nowMs - live.lastProgressMs) / 1000;
  return staleSeconds >= STALE_SECONDS ? `no progress for ${formatSeconds(staleSeconds)}` : undefined;
};

const amount = ({ percent, transferredBytes, expectedBytes }: LiveOperation): string => {
  if (expectedBytes === undefined) return formatBytes(transferredBytes);
  const of = `${formatBytes(transferredBytes)} of ${formatBytes(expectedBytes)}`;
  return percent === undefined ? of : `${formatPercent(percent)}, ${of}`;
};

/** The total line of an operation in progress: bytes, percent, rate, ETA, finished blobs, silence. */
export const totalText = (view: OperationView, nowMs: number): string => {
  const { live, image, attempt } = view;
  const done = view.finishedBlobs.filter(({ outcome }) => outcome === 'copied').length;
  const reused = view.finishedBlobs.filter(({ outcome }) => outcome === 'skipped').length;
  return [
    amount(live),
    formatRate(live.throughputBytesPerSecond),
    live.etaSeconds === undefined ? undefined : `ETA ${formatSeconds(live.etaSeconds)}`,
    image ? `image ${image.index}/${image.count}` : undefined,
    done > 0 ? `${done} done` : undefined,
    reused > 0 ? `${reused} reused` : undefined,
    live.step === 'copying_blob' ? undefined : live.step.replaceAll('_', ' '),
    attempt > 1 ? `attempt ${attempt}` : undefined,
    staleNote(live, nowMs),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
};

/** One line that says how an operation ended. */
export const summaryText = (result: OperationResult): string => {
  const { durationSeconds, transferredBytes, attempts } = result;
  const count = (wanted: string): number => result.blobs.filter(({ outcome }) => outcome === wanted).length;
  const facts = [
    `${formatBytes(transferredBytes)} in ${formatSeconds(durationSeconds)}`,
    `${formatCount(count('copied'), 'blob')} copied`,
    `${count('skipped')} reused`,
    count('failed') > 0 ? `${count('failed')} failed` : undefined,
    attempts > 1 ? formatCount(attempts, 'attempt') : undefined,
  ].filter((part) => part !== undefined);
  const verb = result.outcome === 'success' ? 'done' : `failed (${result.errorType})`;
  return printable(`${result.operation} ${verb}: ${result.source} -> ${result.destination}: ${facts.join(', ')}`);
};
