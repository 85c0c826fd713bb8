import type { ErrorLine } from '../../skopeo/output/output-parser.ts';
import { formatBytes, formatCount, formatPercent, formatRate, formatSeconds } from '../../text/format.ts';
import type { LogLevel } from '../../tracking/events.ts';
import type { LiveOperation } from '../../tracking/live-operation.ts';
import type { SyncProgress, SyncRunTracker } from '../../tracking/sync-run-tracker.ts';

const isDone = ({ finished }: SyncProgress): number => Object.values(finished).reduce((sum, count) => sum + count, 0);

/** One line about the whole run: images, failures, what it waits for, rate. */
export const syncText = (run: SyncRunTracker, running: readonly LiveOperation[]): string => {
  const progress = run.progress();
  const { checked, finished, waiting, sourcesLeft } = progress;
  const rate = running.reduce((sum, { throughputBytesPerSecond }) => sum + throughputBytesPerSecond, 0);
  const left = sourcesLeft === 0 ? [] : [`${formatCount(sourcesLeft, 'source')} not listed yet`];
  const waits = [
    ...progress.pauses.map(({ registry, seconds }) => `${registry} asks to wait ${formatSeconds(seconds)}`),
    ...progress.unanswered.map(({ registry, seconds }) => `no answer from ${registry} for ${formatSeconds(seconds)}`),
  ];
  if (isDone(progress) === 0 && running.length === 0) {
    const done = checked.total === 0 ? 'listing' : `compared ${checked.done} of ${checked.total} images`;
    return [done, ...left, ...waits].join(', ');
  }
  return [
    `${isDone(progress)} of ${checked.total} images`,
    `${finished.copied} copied`,
    ...(finished.failed > 0 ? [`${finished.failed} failed`] : []),
    `${running.length} running`,
    `${waiting} waiting`,
    formatRate(rate),
    ...left,
    ...waits,
  ].join(', ');
};

/** One line about an image that is being copied. */
export const imageText = (live: LiveOperation): string => {
  const { percent, transferredBytes, expectedBytes, destinationShort } = live;
  const amount = expectedBytes === undefined ? '' : ` of ${formatBytes(expectedBytes)}`;
  const share = percent === undefined ? '' : `${formatPercent(percent)}, `;
  return `${destinationShort}  ${share}${formatBytes(transferredBytes)}${amount}`;
};

const SHOWN: ReadonlySet<LogLevel> = new Set(['panic', 'fatal', 'error', 'warning']);

/** Whether a line of skopeo's stderr is shown to people: debug output is shown only if they asked for it. */
export const isForPeople = ({ events: [first] }: ErrorLine, debug: boolean): boolean =>
  debug || first === undefined || first.type !== 'log' || SHOWN.has(first.level);
