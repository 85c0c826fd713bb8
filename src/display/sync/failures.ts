import type { ImageReport, SyncReport } from '../../sync/report.ts';
import { formatCount } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { renderTable } from '../table.ts';

/** Failures for one reason: one line, however many images they took. */
interface Cause {
  readonly kind: string;
  readonly name: string;
  readonly message: string;
  readonly next: string;
  readonly images: number;
}

const oneLine = (text: string): string => printable(text).replaceAll(/\s+/g, ' ').trim();

/** The name of an image in the table; with several destinations it has both source and destination. */
const imageName = (images: readonly ImageReport[]): ((image: ImageReport) => string) => {
  const destinations = Map.groupBy(images, ({ source }) => source);
  return ({ source, destination }) =>
    (destinations.get(source)?.length ?? 0) > 1 ? `${source} -> ${destination}` : source;
};

/** A message without what differs from image to image: names, digests, paths, numbers, and whether it was tried. */
const reasonIn = (message: string): string =>
  message
    .replace(/^not tried after \d+ refusals: /, '')
    .replaceAll(/"[^"]*"|'[^']*'/g, '…')
    .replaceAll(/reading manifest \S+ in|uploading manifest \S+ to/g, '…')
    .replaceAll(/\S*[\d/]\S*/g, '…');

const groupByReason = (causes: readonly Cause[]): readonly Cause[] =>
  [...Map.groupBy(causes, ({ kind, message, next }) => `${kind}\n${reasonIn(message)}\n${next}`).values()].flatMap(
    ([first, ...others]) => (first === undefined ? [] : [{ ...first, images: 1 + others.length }]),
  );

/** Sources of which nothing was copied, images that failed, tags that could not be pruned; those of one reason as one. */
const causesOf = ({ images, failures, prune = [] }: SyncReport): readonly Cause[] => {
  const nameOf = imageName(images);
  const failed = images.filter(({ outcome }) => outcome === 'failed');
  return groupByReason([
    ...failures.map(({ source, errorType, message, next = '' }) => ({
      kind: errorType,
      name: source,
      message: oneLine(message),
      next,
      images: 1,
    })),
    ...failed.map((image) => ({
      kind: image.errorType ?? 'unknown',
      name: nameOf(image),
      message: oneLine(image.message ?? ''),
      next: image.next ?? '',
      images: 1,
    })),
    ...prune
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ destination, reason }) => ({
        kind: 'prune',
        name: destination,
        message: oneLine(reason),
        next: '',
        images: 1,
      })),
  ]);
};

const nameIn = ({ name, images }: Cause): string =>
  images === 1 ? name : `${name} and ${formatCount(images - 1, 'other')}`;

const block = (cause: Cause): string =>
  [`${cause.kind}: ${nameIn(cause)}`, `  ${cause.message}`, `  ${cause.next}`]
    .filter((line) => line.trim() !== '')
    .map((line) => `${printable(line)}\n`)
    .join('');

/**
 * Every cause of failures with its class, first image, message and next step; empty without failures. `columns`: of the
 * terminal; what is wider becomes one block a cause.
 */
export const failuresText = (report: SyncReport, columns = Infinity): string => {
  const causes = causesOf(report);
  if (causes.length === 0) return '';
  const rows = causes.map((cause) => [cause.kind, nameIn(cause), cause.message, cause.next]);
  const table = renderTable([['ERROR', 'IMAGE', 'MESSAGE', 'NEXT STEP'], ...rows]);
  return table.split('\n').every((line) => line.length <= columns) ? table : causes.map(block).join('\n');
};
