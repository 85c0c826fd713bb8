import { graph } from '../panels.ts';
import { everUsed, OP } from '../query.ts';
import { table } from '../table.ts';
import { NEUTRAL } from '../thresholds.ts';

const ACTIVE = `sum by (operation) (skopeo_active_operations{${OP}})`;
const ID = 'job, instance, operation, source_short, destination_short';
const NAME = '{{operation}} {{images}}';

/** Series with a label `images` for the legend: source and destination; `inspect` and `sync` have no destination. */
const named = (expr: string): string => {
  const both = `label_join(${expr}, "images", " → ", "source_short", "destination_short")`;
  return `label_replace(${both}, "images", "$1", "images", "(.*) → ")`;
};

/** Gives a metric without `current_step` the step of its operation, so that it lands in the operation's table row. */
const withStep = (expr: string): string =>
  `${expr} * on (${ID}) group_right () clamp_max(skopeo_active_operations_detailed{${OP}}, 1)`;

const operations = () =>
  table(
    {
      title: 'Active operations',
      description: 'What runs now, on which step, and how far it is.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 24,
    },
    {
      instance: 'Instance',
      operation: 'Operation',
      source_short: 'Source',
      destination_short: 'Destination',
      current_step: 'Step',
    },
    [
      {
        name: 'Age',
        expr: `skopeo_active_operation_duration_seconds{${OP}}`,
        unit: 's',
        thresholds: ['text', [3600, 'orange']],
      },
      {
        name: 'No progress for',
        expr: `skopeo_operation_stale_seconds{${OP}}`,
        unit: 's',
        thresholds: ['text', [120, 'orange'], [300, 'red']],
      },
      { name: 'Progress', expr: `skopeo_operation_last_progress_percent{${OP}}`, unit: 'percent' },
      { name: 'Speed', expr: withStep(`skopeo_operation_throughput_bytes_per_second{${OP}}`), unit: 'Bps' },
      { name: 'Transferred', expr: withStep(`skopeo_operation_transferred_bytes{${OP}}`), unit: 'decbytes' },
      { name: 'Expected', expr: withStep(`skopeo_operation_expected_bytes{${OP}}`), unit: 'decbytes' },
      { name: 'Time to go', expr: withStep(`skopeo_operation_eta_seconds{${OP}}`), unit: 's' },
      {
        name: 'Heartbeat',
        expr: withStep(`(time() - skopeo_operation_heartbeat_timestamp_seconds{${OP}})`),
        unit: 's',
        thresholds: ['text', [120, 'red']],
      },
    ],
  );

/** What runs now? */
export const live = () => [
  operations(),
  graph(
    {
      title: 'Bytes per second',
      description: 'Of each active operation, over its last 60 seconds.',
      unit: 'Bps',
      thresholds: NEUTRAL,
      span: 8,
    },
    [{ expr: named(`skopeo_operation_throughput_bytes_per_second{${OP}}`), legend: NAME }],
  ),
  graph(
    {
      title: 'Time without progress',
      description: 'Of each active operation. Dashed: SkopeoStaleOperation fires after 2 minutes above it.',
      unit: 's',
      thresholds: ['green', [300, 'red']],
      span: 8,
    },
    [{ expr: named(`max without (current_step) (skopeo_operation_stale_seconds{${OP}})`), legend: NAME }],
    { showThreshold: true },
  ),
  graph(
    {
      title: 'Progress',
      description: 'Of each active operation; it says 100 % after success only.',
      unit: 'percent',
      thresholds: NEUTRAL,
      span: 8,
    },
    [{ expr: named(`min without (current_step) (skopeo_operation_last_progress_percent{${OP}})`), legend: NAME }],
  ).max(100),
  graph(
    {
      title: 'Active and waiting',
      description: 'Operations in progress, and images or operations that wait for their turn.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `${everUsed(ACTIVE, 'operation', 'skopeo_operations_total')} or ${ACTIVE} > 0`,
        legend: '{{operation}}',
      },
      { expr: `sum(skopeo_queue_depth{${OP}})`, legend: 'waiting' },
    ],
  ),
  graph(
    {
      title: 'Steps',
      description: 'Active operations by the step they are on.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 8,
    },
    [{ expr: `sum by (current_step) (skopeo_active_operations_detailed{${OP}})`, legend: '{{current_step}}' }],
    { stacked: true },
  ),
  graph(
    {
      title: 'Blobs per second',
      description: 'Of each active operation, averaged since its start. One big blob is 0 until it is done.',
      unit: 'ops',
      thresholds: NEUTRAL,
      span: 8,
    },
    [{ expr: named(`sum without (current_step) (skopeo_operation_speed_blobs_per_second{${OP}})`), legend: NAME }],
  ),
];
