import { type Plan, type PlannedImage, planTotals } from '../../sync/plan.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { renderTable } from '../table.ts';
import { missingPlatformsLine } from './render-report.ts';

const shownSize = ({ action, blobs, failure }: PlannedImage): string => {
  if (action === 'skip' || failure !== undefined) return '-';
  return blobs === undefined ? '?' : formatBytes(blobs.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0));
};

const withoutTransport = (reference: string): string => reference.replace(/^docker:\/\//, '');

const lacking = ({ missingPlatforms = [] }: PlannedImage): string =>
  missingPlatforms.length === 0 ? '' : `, lacks ${missingPlatforms.join(', ')}`;

const imageRow = (image: PlannedImage): readonly string[] => [
  image.failure === undefined ? image.action : 'fail',
  shownSize(image),
  withoutTransport(image.source),
  withoutTransport(image.destination),
  `${image.failure?.message ?? image.reason} (${image.selectedBecause})${lacking(image)}`,
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

/** The last line of a plan: its sums. */
const planSummary = (plan: Plan): string => {
  const { copy, skip, dropped, failed, failedImages, bytes, unknownSize, pulls } = planTotals(plan);
  const size = `${unknownSize > 0 && bytes === 0 ? 'size unknown' : `at most ${formatBytes(bytes)}`}`;
  const unknown = unknownSize > 0 && bytes > 0 ? ` and ${formatCount(unknownSize, 'image')} of unknown size` : '';
  const pullsText = Object.entries(pulls).map(([registry, count]) => `, ${formatCount(count, 'pull')} at ${registry}`);
  const others = plan.otherShards > 0 ? `; ${plan.otherShards} in other shards` : '';
  const failures = failed > 0 ? `; ${formatCount(failed, 'source')} failed` : '';
  const impossible = failedImages > 0 ? `; ${formatCount(failedImages, 'image')} cannot be copied` : '';
  const missing = missingPlatformsLine(plan.images);
  const lacks = missing === '' ? '' : `; ${missing}`;
  return `${copy} to copy (${size}${unknown}${pullsText.join('')}), ${skip} to skip, ${dropped} dropped${others}${failures}${impossible}${lacks}`;
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
  return `${renderTable(rows)}\n${planSummary(plan)}\n`;
};
