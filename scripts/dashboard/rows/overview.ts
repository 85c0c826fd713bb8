import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { stat, timeline } from '../panels.ts';
import { HOST, OP } from '../query.ts';
import { GOOD, NEUTRAL, ZERO_IS_GOOD } from '../thresholds.ts';

// SkopeoMetricsAbsent has neither job nor instance; `|` lets the empty value match too.
const FIRING = 'ALERTS{alertname=~"Skopeo.+",alertstate="firing",job=~"$job|",instance=~"$instance|"}';

/** Is everything all right? */
export const overview = () => [
  stat(
    {
      title: 'Success ratio',
      description: 'Share of operations in the chosen time that ended well.',
      unit: 'percentunit',
      thresholds: ['red', [0.9, 'orange'], [0.99, 'green']],
      span: 3,
    },
    `sum(increase(skopeo_operations_total{${OP},status="success"}[$__range])) / sum(increase(skopeo_operations_total{${OP}}[$__range]))`,
  ).decimals(1),
  stat(
    {
      title: 'Operations',
      description: 'Operations that ended in the chosen time, well or not.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 3,
    },
    `sum(increase(skopeo_operations_total{${OP}}[$__range]))`,
  ).decimals(0),
  stat(
    {
      title: 'Transferred',
      description: 'Bytes moved in the chosen time, retries included. Blobs that the destination had are not counted.',
      unit: 'decbytes',
      thresholds: NEUTRAL,
      span: 3,
    },
    `sum(increase(skopeo_transferred_bytes_total{${OP}}[$__range]))`,
  ),
  stat(
    {
      title: 'Active now',
      description: 'Operations in progress. SkopeoHighActiveOperations fires above 10 on one host.',
      unit: 'short',
      thresholds: ['green', [11, 'orange']],
      span: 3,
    },
    `sum(skopeo_active_operations{${OP}})`,
  ),
  stat(
    {
      title: 'Without progress',
      description: 'Active operations that have not moved for 5 minutes (SkopeoStaleOperation).',
      unit: 'short',
      thresholds: ZERO_IS_GOOD,
      span: 3,
    },
    `sum(skopeo_active_operations_detailed{${OP}} and skopeo_operation_stale_seconds{${OP}} > 300) or vector(0)`,
  ),
  stat(
    {
      title: 'Overdue jobs',
      description: 'Jobs whose last success is older than their limit (SkopeoJobNotSucceeding).',
      unit: 'short',
      thresholds: ZERO_IS_GOOD,
      span: 3,
    },
    `count(time() - skopeo_job_last_success_timestamp_seconds{${HOST}} > skopeo_job_max_age_seconds{${HOST}}) or vector(0)`,
  ),
  stat(
    {
      title: 'Died without result',
      description: 'Operations in the chosen time whose process was killed or crashed (SkopeoOrphanedOperations).',
      unit: 'short',
      thresholds: ZERO_IS_GOOD,
      span: 3,
    },
    `sum(increase(skopeo_orphaned_operations_total{${OP}}[$__range]))`,
  ).decimals(0),
  stat(
    {
      title: 'Rate-limit hits',
      description: 'Answers "too many requests" of all registries in the chosen time (SkopeoRateLimited).',
      unit: 'short',
      thresholds: ['green', [1, 'orange']],
      span: 3,
    },
    `sum(increase(skopeo_rate_limit_hits_total{${HOST}}[$__range])) or vector(0)`,
  ).decimals(0),
  stat(
    {
      title: 'Alerts firing',
      description: 'Alerts of the rules that come with skopeo-wrapper, as Prometheus evaluates them.',
      unit: 'short',
      thresholds: ZERO_IS_GOOD,
      span: 4,
    },
    `count(${FIRING}) or vector(0)`,
  ),
  stat(
    {
      title: 'Bytes saved',
      description: 'Share of bytes in the chosen time that needed no transfer because the destination had the blobs.',
      unit: 'percentunit',
      thresholds: GOOD,
      span: 4,
    },
    `sum(increase(skopeo_skipped_bytes_total{${OP}}[$__range])) / (sum(increase(skopeo_skipped_bytes_total{${OP}}[$__range])) + sum(increase(skopeo_transferred_bytes_total{${OP}}[$__range])))`,
  ).decimals(0),
  stat(
    {
      title: 'skopeo missing',
      description: 'Hosts on which skopeo was not found or did not answer (SkopeoBinaryMissing).',
      unit: 'short',
      thresholds: ZERO_IS_GOOD,
      span: 4,
    },
    `count(skopeo_binary_available{${HOST}} == 0) or vector(0)`,
  ).mappings([{ type: MappingType.ValueToText, options: { '0': { text: 'none', color: 'green', index: 0 } } }]),
  timeline(
    {
      title: 'Alerts',
      description: 'Which alerts fired when, and on how many series.',
      unit: 'short',
      thresholds: ['red'],
      span: 12,
    },
    [{ expr: `count by (alertname) (${FIRING})`, legend: '{{alertname}}' }],
    [],
  ).height(4),
];
