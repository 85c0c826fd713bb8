import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { graph, timeline } from '../panels.ts';
import { HOST } from '../query.ts';
import { table } from '../table.ts';
import { NEUTRAL } from '../thresholds.ts';

/** Did the named jobs (`--job-name`) do their duty? */
export const jobs = () => [
  table(
    {
      title: 'Jobs',
      description: 'Every named job with its last success, measured against its own limit.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 12,
    },
    { instance: 'Instance', job_name: 'Job' },
    [
      { name: 'Last success', expr: `time() - (skopeo_job_last_success_timestamp_seconds{${HOST}} > 0)`, unit: 's' },
      {
        name: 'Of its limit',
        // A job that never succeeded would have been due since 1970.
        expr: `clamp_max((time() - skopeo_job_last_success_timestamp_seconds{${HOST}}) / skopeo_job_max_age_seconds{${HOST}}, 10)`,
        unit: 'percentunit',
        thresholds: ['green', [0.9, 'orange'], [1, 'red']],
      },
      { name: 'Last failure', expr: `time() - (skopeo_job_last_failure_timestamp_seconds{${HOST}} > 0)`, unit: 's' },
      { name: 'Last run', expr: `time() - skopeo_job_last_run_timestamp_seconds{${HOST}}`, unit: 's' },
      { name: 'Duration', expr: `skopeo_job_last_duration_seconds{${HOST}}`, unit: 's' },
      {
        name: 'Exit code',
        expr: `skopeo_job_last_exit_code{${HOST}}`,
        unit: 'none',
        thresholds: ['green', [1, 'red']],
      },
    ],
  ),
  timeline(
    {
      title: 'Results',
      description: 'Exit code of the last run of each job, over time.',
      unit: 'none',
      thresholds: ['green', [1, 'red']],
      span: 12,
    },
    [{ expr: `skopeo_job_last_exit_code{${HOST}}`, legend: '{{job_name}} {{instance}}' }],
    [{ type: MappingType.ValueToText, options: { '0': { text: 'ok', color: 'green', index: 0 } } }],
  ),
  graph(
    {
      title: 'Duration of jobs',
      description: 'Of the last run of each job.',
      unit: 's',
      thresholds: NEUTRAL,
      span: 12,
    },
    [{ expr: `skopeo_job_last_duration_seconds{${HOST}}`, legend: '{{job_name}} {{instance}}' }],
  ),
  graph(
    {
      title: 'Runs of jobs',
      description: 'Runs per hour of each job, by final status.',
      unit: 'short',
      thresholds: NEUTRAL,
      span: 12,
    },
    [
      {
        expr: `3600 * sum by (job_name, status) (rate(skopeo_job_runs_total{${HOST}}[$__rate_interval]))`,
        legend: '{{job_name}} {{status}}',
      },
    ],
    { stacked: true },
  ),
];
