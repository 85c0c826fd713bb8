import { RUN_STATES, STATE_ERROR_REASONS } from '../../src/metrics/view.ts';
import { IMAGE_OUTCOMES, OPERATIONS, STATUSES } from '../../src/tracking/vocabulary.ts';
import type { Labels, Sample } from './counters.ts';
import type { SyntheticHost, SyntheticOperation } from './synthetic-host.ts';

const sample = (name: string, value: number, labels: Labels = {}): Sample => ({ name, labels, value });

/** Closed label sets are there from the beginning, at zero. */
export const zeroInitialise = ({ counters }: SyntheticHost): void => {
  for (const operation of OPERATIONS) {
    for (const status of STATUSES) counters.add('skopeo_operations_total', { operation, status }, 0);
    counters.add('skopeo_transferred_bytes_total', { operation }, 0);
    counters.add('skopeo_skipped_bytes_total', { operation }, 0);
    counters.add('skopeo_orphaned_operations_total', { operation }, 0);
  }
  for (const outcome of IMAGE_OUTCOMES) counters.add('skopeo_sync_images_total', { outcome }, 0);
  for (const reason of STATE_ERROR_REASONS) counters.add('skopeo_wrapper_state_errors_total', { reason }, 0);
};

const liveSamples = (live: SyntheticOperation, nowSeconds: number): Sample[] => {
  const id = { operation: live.operation, source_short: live.source, destination_short: live.destination };
  const step = { ...id, current_step: live.step };
  const age = nowSeconds - live.startedSeconds;
  const moves = nowSeconds - live.lastProgressSeconds < 60;
  const speed = moves ? live.bytesPerSecond : 0;
  return [
    sample('skopeo_active_operation_duration_seconds', age, step),
    sample('skopeo_operation_speed_blobs_per_second', live.blobsFinished / Math.max(age, 1), step),
    sample('skopeo_operation_stale_seconds', nowSeconds - live.lastProgressSeconds, step),
    sample('skopeo_active_operations_detailed', 1, step),
    sample('skopeo_operation_last_progress_percent', (99 * live.transferredBytes) / live.expectedBytes, step),
    sample('skopeo_operation_heartbeat_timestamp_seconds', nowSeconds - 4, id),
    sample('skopeo_operation_transferred_bytes', live.transferredBytes, id),
    sample('skopeo_operation_expected_bytes', live.expectedBytes, id),
    sample('skopeo_operation_throughput_bytes_per_second', speed, id),
    ...(moves
      ? [sample('skopeo_operation_eta_seconds', (live.expectedBytes - live.transferredBytes) / live.bytesPerSecond, id)]
      : []),
  ];
};

const jobSamples = (host: SyntheticHost): Sample[] =>
  [...host.jobs].flatMap(([jobName, job]) => {
    const labels = { job_name: jobName };
    return [
      sample('skopeo_job_last_success_timestamp_seconds', job.lastSuccessSeconds, labels),
      sample('skopeo_job_last_failure_timestamp_seconds', job.lastFailureSeconds, labels),
      sample('skopeo_job_last_run_timestamp_seconds', job.lastRunSeconds, labels),
      sample('skopeo_job_last_duration_seconds', job.lastDurationSeconds, labels),
      sample('skopeo_job_last_exit_code', job.lastExitCode, labels),
      sample('skopeo_job_max_age_seconds', 93_600, labels),
    ];
  });

const listenerSamples = (host: SyntheticHost): Sample[] => [
  sample('skopeo_wrapper_state_writable', 1),
  sample('skopeo_wrapper_state_free_bytes', 42e9),
  sample('skopeo_wrapper_merge_duration_seconds', 0.004 + host.active.length / 2000),
  sample('skopeo_wrapper_http_requests_total', Math.floor(host.nowSeconds / 30) % 1e6, {
    handler: '/metrics',
    code: '200',
  }),
  sample('process_resident_memory_bytes', 71e6 + host.active.length * 1e6),
  sample('nodejs_heap_size_used_bytes', 18e6 + host.active.length * 5e5),
];

const textfileSamples = (host: SyntheticHost): Sample[] => [
  sample('skopeo_wrapper_textfile_write_timestamp_seconds', host.nowSeconds - (host.active.length > 0 ? 4 : 240)),
  sample('node_textfile_scrape_error', 0),
];

const operationGauges = (host: SyntheticHost): Sample[] =>
  OPERATIONS.flatMap((operation) => [
    sample('skopeo_active_operations', host.active.filter((live) => live.operation === operation).length, {
      operation,
    }),
    sample(
      'skopeo_queue_depth',
      operation === 'sync' && host.active.some((live) => live.operation === 'sync') ? 17 : 0,
      {
        operation,
      },
    ),
  ]);

/** Everything the host would show to a scrape, by way of its listener or of node_exporter. */
export const samplesOf = (host: SyntheticHost, source: 'listener' | 'textfile'): Sample[] => [
  ...host.counters.samples(),
  ...host.duration.samples('skopeo_operation_duration_seconds'),
  ...host.blobSize.samples('skopeo_blob_size_bytes'),
  ...operationGauges(host),
  ...distinct(host.active).flatMap((live) => liveSamples(live, host.nowSeconds)),
  ...jobSamples(host),
  sample('skopeo_wrapper_build_info', 1, { version: '1.0.0', revision: '3f2c1ab', node_version: '24.21.0' }),
  sample('skopeo_binary_info', 1, { version: '1.9.3' }),
  sample('skopeo_binary_available', 1),
  ...RUN_STATES.map((state) =>
    sample('skopeo_wrapper_state_runs', state === 'live' ? host.active.length : state === 'done' ? 12 : 0, { state }),
  ),
  ...(source === 'listener' ? listenerSamples(host) : textfileSamples(host)),
];

/** The first of the operations with equal labels: they would share their series. */
const distinct = (operations: readonly SyntheticOperation[]): SyntheticOperation[] => [
  ...new Map(operations.map((live) => [`${live.operation} ${live.source} ${live.destination}`, live])).values(),
];

const line = ({ name, labels, value }: Sample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${pairs.join(',')}} ${value}`;
};

/** Text format, as a scrape reads it. */
export const renderScrape = (samples: readonly Sample[]): string => `${samples.map(line).join('\n')}\n`;

/** OpenMetrics lines of one moment, as `promtool tsdb create-blocks-from` reads them; `# EOF` comes from the caller. */
export const renderHistory = (samples: readonly Sample[], labels: Labels, timeSeconds: number): string =>
  `${samples.map((one) => `${line({ ...one, labels: { ...labels, ...one.labels } })} ${timeSeconds}`).join('\n')}\n`;
