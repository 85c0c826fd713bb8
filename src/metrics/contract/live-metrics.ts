import { OPERATIONS, STEPS } from '../../tracking/vocabulary.ts';
import { type MetricDefinition, SHORT_REFERENCE } from './definition.ts';

const ENDPOINTS = {
  operation: OPERATIONS,
  source_short: SHORT_REFERENCE,
  destination_short: SHORT_REFERENCE,
} as const;

const ENDPOINTS_AND_STEP = { ...ENDPOINTS, current_step: STEPS } as const;

/** Gauges of operations in progress, computed for the moment of the scrape. */
export const LIVE_METRICS = {
  skopeo_active_operations: {
    type: 'gauge',
    help: 'Operations in progress.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'live',
  },
  skopeo_active_operation_duration_seconds: {
    type: 'gauge',
    help: 'Time since the start of the active operation in seconds.',
    labels: ENDPOINTS_AND_STEP,
    merge: 'max',
    where: 'both',
    updated: 'live',
  },
  skopeo_operation_speed_blobs_per_second: {
    type: 'gauge',
    help: 'Blobs finished per second by the active operation, averaged since its start.',
    labels: ENDPOINTS_AND_STEP,
    merge: 'sum',
    where: 'both',
    updated: 'live',
  },
  skopeo_operation_stale_seconds: {
    type: 'gauge',
    help: 'Time since the last observed progress of the active operation in seconds.',
    labels: ENDPOINTS_AND_STEP,
    merge: 'max',
    where: 'both',
    updated: 'live; progress is a new line, a new percentage or more bytes',
  },
  skopeo_active_operations_detailed: {
    type: 'gauge',
    help: 'Active operations by source, destination and current step.',
    labels: ENDPOINTS_AND_STEP,
    merge: 'sum',
    where: 'both',
    updated: 'live',
  },
  skopeo_operation_last_progress_percent: {
    type: 'gauge',
    help: 'Last recorded progress of the active operation, 0 to 100.',
    labels: ENDPOINTS_AND_STEP,
    merge: 'min',
    where: 'both',
    updated: 'live; 0 until something was recorded',
  },
  skopeo_operation_heartbeat_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time of the last heartbeat of the process that runs the active operation.',
    labels: ENDPOINTS,
    merge: 'min',
    where: 'both',
    updated: 'every `--heartbeat-interval` (10 s), whether or not there is progress',
  },
  skopeo_operation_transferred_bytes: {
    type: 'gauge',
    help: 'Bytes transferred so far by the active operation.',
    labels: ENDPOINTS,
    merge: 'sum',
    where: 'both',
    updated: 'live',
  },
  skopeo_operation_expected_bytes: {
    type: 'gauge',
    help: 'Bytes the active operation is expected to transfer; absent while unknown.',
    labels: ENDPOINTS,
    merge: 'sum',
    where: 'both',
    updated: 'live, once the manifest is known',
  },
  skopeo_operation_throughput_bytes_per_second: {
    type: 'gauge',
    help: 'Bytes per second of the active operation over its last 60 seconds.',
    labels: ENDPOINTS,
    merge: 'sum',
    where: 'both',
    updated: 'at each heartbeat',
  },
  skopeo_operation_eta_seconds: {
    type: 'gauge',
    help: 'Estimated seconds until the active operation ends; absent while unknown.',
    labels: ENDPOINTS,
    merge: 'max',
    where: 'both',
    updated: 'at each heartbeat',
  },
  skopeo_queue_depth: {
    type: 'gauge',
    help: 'Images or operations waiting to be started.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'live',
  },
} as const satisfies Record<string, MetricDefinition>;
