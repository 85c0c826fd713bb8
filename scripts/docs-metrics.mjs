/**
 * Writes the tables of docs/metrics.md from the contract: `node scripts/docs-metrics.mjs` (Node 24). A test compares.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { JOB_METRICS } from '../src/metrics/contract/job-metrics.ts';
import { LIVE_METRICS } from '../src/metrics/contract/live-metrics.ts';
import { OPERATION_METRICS } from '../src/metrics/contract/operation-metrics.ts';
import { WRAPPER_METRICS } from '../src/metrics/contract/wrapper-metrics.ts';

export const DOCS_PAGE = new URL('../docs/metrics.md', import.meta.url);

const GROUPS = [
  ['Results of operations', OPERATION_METRICS],
  ['Running operations', LIVE_METRICS],
  ['Named jobs', JOB_METRICS],
  ['The tool itself', WRAPPER_METRICS],
];

const MERGE_WORDS = {
  sum: 'sum',
  max: 'largest',
  min: 'smallest',
  latest: 'of the latest run',
  writer: 'of the process that writes',
  reader: 'of the process that reads',
};

const code = (text) => `\`${text}\``;

const row = (cells) => `| ${cells.join(' | ')} |\n`;

const metricRow = ([name, { type, labels, help, updated, merge, where }]) =>
  row([
    code(name),
    type,
    Object.keys(labels).map(code).join(', ') || '–',
    help,
    updated,
    MERGE_WORDS[merge],
    where === 'both' ? 'both' : `${where} only`,
  ]);

const group = ([title, metrics]) =>
  `### ${title}\n\n` +
  row(['Metric', 'Type', 'Labels', 'Help text', 'Changes', 'Several processes', 'Where']) +
  row(Array(7).fill('---')) +
  Object.entries(metrics).map(metricRow).join('');

const allMetrics = () => GROUPS.flatMap(([, metrics]) => Object.entries(metrics));

const describeValues = (values) => {
  if (Array.isArray(values)) return values.map(code).join(' ');
  return values.limit === undefined
    ? values.description
    : `${values.description}; at most ${values.limit}, the rest is counted as \`_other\``;
};

/** One row per label and set of values: `outcome` of blobs and of images differ. */
const labelRows = () => {
  const users = new Map();
  for (const [name, { labels }] of allMetrics()) {
    for (const [label, values] of Object.entries(labels)) {
      const key = `${label}\n${describeValues(values)}`;
      users.set(key, [...(users.get(key) ?? []), name]);
    }
  }
  return [...users]
    .map(([key, names]) => {
      const [label, described] = key.split('\n');
      return row([code(label), described, names.length > 2 ? `${names.length} metrics` : names.map(code).join(', ')]);
    })
    .join('');
};

const bucketRows = () =>
  allMetrics()
    .filter(([, { buckets }]) => buckets !== undefined)
    .map(([name, { buckets }]) => row([code(name), buckets.join(' ')]))
    .join('');

const generated = () =>
  [
    ...GROUPS.map(group),
    `### Label values\n\n${row(['Label', 'Values', 'Of'])}${row(Array(3).fill('---'))}${labelRows()}`,
    `### Buckets\n\n${row(['Histogram', 'Upper bounds'])}${row(Array(2).fill('---'))}${bucketRows()}`,
  ].join('\n');

/** The page with its tables as the contract says now. */
export const updateDocs = (page) =>
  page.replace(
    /(<!-- generated[^\n]*-->\n)[\s\S]*?(<!-- end of generated -->)/,
    (_, begin, end) => `${begin}\n${generated()}\n${end}`,
  );

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(DOCS_PAGE, updateDocs(await readFile(DOCS_PAGE, 'utf8')));
}
