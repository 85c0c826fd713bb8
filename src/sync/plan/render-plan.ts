import { printable } from '../../printable.ts';
import type { Plan, PlannedImage } from './plan.ts';
import { planTotals } from './totals.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes for people, in binary units with one decimal. */
export const formatBytes = (bytes: number): string => {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
};

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const sizeOf = ({ action, blobs }: PlannedImage): string => {
  if (action === 'skip') return '-';
  return blobs === undefined ? '?' : formatBytes(blobs.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0));
};

/** Columns as wide as their longest cell, the last one open. */
export const renderTable = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  return rows.map((row) => line(row.map(printable))).join('\n');
};

const withoutTransport = (reference: string): string => reference.replace(/^docker:\/\//, '');

const imageRow = (image: PlannedImage): readonly string[] => [
  image.action,
  sizeOf(image),
  withoutTransport(image.source),
  withoutTransport(image.destination),
  `${image.reason} (${image.selectedBecause})`,
];

const pruneRows = ({ prune }: Plan): readonly (readonly string[])[] => {
  if (prune === undefined) return [];
  if ('refused' in prune) return [['no prune', '-', '-', '-', prune.refused]];
  return prune.verdicts.map(({ destination, action, reason }) => [
    action === 'remove' ? 'remove' : 'keep',
    '-',
    '-',
    withoutTransport(destination),
    reason,
  ]);
};

/** The closing line of a plan: what it comes to. */
export const planSummary = (plan: Plan): string => {
  const { copy, skip, dropped, failed, bytes, unknownSize, pulls } = planTotals(plan);
  const size = `${unknownSize > 0 && bytes === 0 ? 'size unknown' : `at most ${formatBytes(bytes)}`}`;
  const unknown = unknownSize > 0 && bytes > 0 ? ` and ${plural(unknownSize, 'image')} of unknown size` : '';
  const pullsText = Object.entries(pulls).map(([registry, count]) => `, ${plural(count, 'pull')} at ${registry}`);
  const others = plan.otherShards > 0 ? `; ${plan.otherShards} in other shards` : '';
  const failures = failed > 0 ? `; ${plural(failed, 'source')} failed` : '';
  return `${copy} to copy (${size}${unknown}${pullsText.join('')}), ${skip} to skip, ${dropped} dropped${others}${failures}`;
};

/** A plan as a table for people: every image with its reason, every tag dropped, every source that failed. */
export const renderPlan = (plan: Plan): string => {
  const rows = [
    ['ACTION', 'SIZE', 'SOURCE', 'DESTINATION', 'REASON'],
    ...plan.images.map(imageRow),
    ...plan.dropped.map(({ source, reason }) => ['drop', '-', withoutTransport(source), '-', reason]),
    ...pruneRows(plan),
    ...plan.failures.map(({ entry, message }) => ['fail', '-', entry.name, '-', message]),
  ];
  return `${renderTable(rows)}\n\n${planSummary(plan)}\n`;
};
