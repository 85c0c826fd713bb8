import type { ImageReport, SyncReport } from '../../sync/report.ts';
import { formatBytes, formatCount, formatSeconds } from '../../text/format.ts';

/** `2 failed (1 unauthorized, 1 stalled)`, `1 failed and 1 source failed (2 not_found)` */
const failedText = ({ images, failures, totals }: SyncReport): string => {
  const types = new Map<string, number>();
  for (const { errorType = 'unknown' } of [...images.filter(({ outcome }) => outcome === 'failed'), ...failures]) {
    types.set(errorType, (types.get(errorType) ?? 0) + 1);
  }
  const kinds = [...types].map(([type, count]) => `${count} ${type}`).join(', ');
  const sources = failures.length === 0 ? [] : [`${formatCount(failures.length, 'source')} failed`];
  const counts = totals.failed === 0 && sources.length > 0 ? sources : [`${totals.failed} failed`, ...sources];
  return kinds === '' ? '0 failed' : `${counts.join(' and ')} (${kinds})`;
};

/** One line: the results of the images, bytes and time. */
export const summaryLine = (report: SyncReport): string => {
  const { totals, durationSeconds, otherShards } = report;
  const parts = [
    `copied ${totals.copied}`,
    `unchanged ${totals.unchanged}`,
    ...(totals.skipped > 0 ? [`skipped ${totals.skipped}`] : []),
    ...(totals.pruned > 0 ? [`pruned ${totals.pruned}`] : []),
    ...(report.pruneRefused === undefined ? [] : [`pruned nothing (${report.pruneRefused})`]),
    failedText(report),
    ...(otherShards > 0 ? [`${otherShards} in other shards`] : []),
  ];
  return `${parts.join(', ')}; ${formatBytes(totals.bytes)} in ${formatSeconds(durationSeconds)}`;
};

/** The file of `--digestfile`: `digest destination` for each image that is at its destination. */
export const digestFile = (images: readonly ImageReport[]): string =>
  images
    .filter(({ outcome, digest }) => digest !== undefined && (outcome === 'copied' || outcome === 'unchanged'))
    .map(({ digest, destination }) => `${digest} ${destination}\n`)
    .join('');

/** One line about images that lack platforms (`2 images lack linux/arm64, 1 lacks linux/s390x`); empty without any. */
export const missingPlatformsLine = (images: readonly { readonly missingPlatforms?: readonly string[] }[]): string => {
  const counts = new Map<string, number>();
  for (const platform of images.flatMap(({ missingPlatforms = [] }) => missingPlatforms))
    counts.set(platform, (counts.get(platform) ?? 0) + 1);
  return [...counts]
    .map(([platform, count]) => `${formatCount(count, 'image')} ${count === 1 ? 'lacks' : 'lack'} ${platform}`)
    .join(', ');
};
