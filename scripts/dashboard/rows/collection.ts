import { graph } from '../panels.ts';
import { HOST } from '../query.ts';
import { table } from '../table.ts';
import { NEUTRAL } from '../thresholds.ts';

/** Can the numbers above be trusted? */
export const collection = () => [
  table(
    {
      title: 'Versions',
      description:
        'skopeo-wrapper, Node.js and skopeo on each host. skopeo available: 1, or 0 if it cannot be started.',
      unit: 'none',
      thresholds: NEUTRAL,
      span: 12,
    },
    {
      instance: 'Instance',
      version: 'skopeo-wrapper',
      revision: 'Revision',
      node_version: 'Node.js',
      skopeo_version: 'skopeo',
    },
    [
      {
        name: 'skopeo available',
        expr:
          `skopeo_wrapper_build_info{${HOST}} * on (job, instance) group_left (skopeo_version) ` +
          `(label_replace(skopeo_binary_info{${HOST}}, "skopeo_version", "$1", "version", "(.*)") ` +
          `or on (job, instance) skopeo_binary_available{${HOST}})`,
        unit: 'none',
        thresholds: ['red', [1, 'green']],
      },
    ],
  ),
  graph(
    {
      title: 'Runs in the state directory',
      description: 'Run files met by the last merge: of live and dead processes, done and damaged.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 12,
    },
    [{ expr: `sum by (state) (skopeo_wrapper_state_runs{${HOST}})`, legend: '{{state}}' }],
  ),
  graph(
    {
      title: 'State errors',
      description: 'Damaged, unreadable or spilled state files per minute, by reason (SkopeoMetricsIncomplete).',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (reason) (rate(skopeo_wrapper_state_errors_total{${HOST}}[$__rate_interval]))`,
        legend: '{{reason}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Space for state',
      description: 'Free on the file system of the state directory; 0 while the directory cannot be written.',
      unit: 'decbytes',
      thresholds: ['red', [100e6, 'green']],
      span: 8,
    },
    [
      {
        expr: `skopeo_wrapper_state_free_bytes{${HOST}} * skopeo_wrapper_state_writable{${HOST}}`,
        legend: '{{instance}}',
      },
    ],
  ),
  graph(
    {
      title: 'Age of textfiles',
      description:
        'Since each textfile was written (hosts without a listener). SkopeoTextfileStale fires above the dashed line.',
      unit: 's',
      thresholds: ['green', [93600, 'red']],
      span: 8,
    },
    [{ expr: `time() - skopeo_wrapper_textfile_write_timestamp_seconds{${HOST}}`, legend: '{{instance}}' }],
    { showThreshold: true },
  ),
  graph(
    {
      title: 'Cost of a scrape',
      description: 'Time that the listener takes to merge all runs, and that the whole scrape takes.',
      unit: 's',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      { expr: `skopeo_wrapper_merge_duration_seconds{${HOST}}`, legend: 'merge {{instance}}' },
      {
        expr: `scrape_duration_seconds{${HOST}} and on (job, instance) skopeo_wrapper_merge_duration_seconds{${HOST}}`,
        legend: 'scrape {{instance}}',
      },
    ],
  ),
  graph(
    {
      title: 'Requests to the listener',
      description: 'Per minute, by path and HTTP status.',
      unit: 'reqpm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (handler, code) (rate(skopeo_wrapper_http_requests_total{${HOST}}[$__rate_interval]))`,
        legend: '{{handler}} {{code}}',
      },
    ],
  ),
  graph(
    {
      title: 'Memory of the listener',
      description: 'Resident memory, and the used part of the JavaScript heap.',
      unit: 'bytes',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `process_resident_memory_bytes{${HOST}} and on (job, instance) nodejs_heap_size_used_bytes{${HOST}}`,
        legend: 'resident {{instance}}',
      },
      { expr: `nodejs_heap_size_used_bytes{${HOST}}`, legend: 'heap {{instance}}' },
    ],
  ),
];
