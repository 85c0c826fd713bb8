import { graph, heatmap } from '../panels.ts';
import { everUsed, HOST, OP } from '../query.ts';
import { NEUTRAL } from '../thresholds.ts';

const DURATION = `sum by (le) (rate(skopeo_operation_duration_seconds_bucket{${OP}}[$__rate_interval]))`;

/** How do operations end, why do they fail, how long do they take? */
export const operations = () => [
  graph(
    {
      title: 'Operations by result',
      description: 'Operations that ended per minute, by operation and final status.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: everUsed(
          `60 * sum by (operation, status) (rate(skopeo_operations_total{${OP}}[$__rate_interval]))`,
          'operation, status',
          'skopeo_operations_total',
        ),
        legend: '{{operation}} {{status}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Errors by cause',
      description: 'Failed operations per minute, by class of error.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (error_type) (rate(skopeo_operation_errors_total{${OP}}[$__rate_interval]))`,
        legend: '{{error_type}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Retries by cause',
      description: 'Attempts per minute that were repeated, by the error that caused it. An early warning.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (error_type) (rate(skopeo_operation_retries_total{${OP}}[$__rate_interval]))`,
        legend: '{{error_type}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Duration',
      description:
        'Half, 95 % and 99 % of the operations took at most this long. SkopeoSlowOperations fires at a 95 % above the dashed line.',
      unit: 's',
      thresholds: ['green', [900, 'red']],
      span: 12,
    },
    [
      { expr: `histogram_quantile(0.5, ${DURATION})`, legend: '50 %' },
      { expr: `histogram_quantile(0.95, ${DURATION})`, legend: '95 %' },
      { expr: `histogram_quantile(0.99, ${DURATION})`, legend: '99 %' },
    ],
    { showThreshold: true },
  ),
  heatmap(
    {
      title: 'Distribution of durations',
      description: 'Operations by how long they took, over time.',
      unit: 's',
      thresholds: NEUTRAL,
      span: 12,
    },
    `sum by (le) (increase(skopeo_operation_duration_seconds_bucket{${OP}}[$__rate_interval]))`,
  ),
  graph(
    {
      title: 'Sources',
      description: 'Operations that ended per minute, by transport of the source.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (source_type) (rate(skopeo_source_operations_total{${OP}}[$__rate_interval]))`,
        legend: '{{source_type}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Destinations',
      description: 'Operations that ended per minute, by transport of the destination.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (destination_type) (rate(skopeo_destination_operations_total{${OP}}[$__rate_interval]))`,
        legend: '{{destination_type}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Rate-limit hits by registry',
      description: 'Answers "too many requests" per minute.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (registry) (rate(skopeo_rate_limit_hits_total{${HOST}}[$__rate_interval]))`,
        legend: '{{registry}}',
      },
    ],
    { stacked: true },
  ),
];
