import type { ImageReport, SyncReport } from '../../sync/report.ts';
import { formatBytes, formatCount, formatSeconds } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { renderTable } from '../table.ts';

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

const oneLine = (text: string): string => printable(text).replaceAll(/\s+/g, ' ').trim();

/** The name of an image in the table; with several destinations it has both source and destination. */
const imageName = (images: readonly ImageReport[]): ((image: ImageReport) => string) => {
  const destinations = Map.groupBy(images, ({ source }) => source);
  return ({ source, destination }) =>
    (destinations.get(source)?.length ?? 0) > 1 ? `${source} -> ${destination}` : source;
};

/** A table of every failure with its class, message and next step; empty without failures. */
export const failuresTable = ({ images, failures, prune = [] }: SyncReport): string => {
  const failed = images.filter(({ outcome }) => outcome === 'failed');
  const nameOf = imageName(images);
  const rows = [
    ...failures.map(({ source, errorType, message, next = '' }) => [errorType, source, oneLine(message), next]),
    ...failed.map((image) => [
      image.errorType ?? 'unknown',
      nameOf(image),
      oneLine(image.message ?? ''),
      image.next ?? '',
    ]),
    ...prune
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ destination, reason }) => ['prune', destination, oneLine(reason), '']),
  ];
  return rows.length === 0 ? '' : renderTable([['ERROR', 'IMAGE', 'MESSAGE', 'NEXT STEP'], ...rows]);
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
