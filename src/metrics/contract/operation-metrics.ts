import {
  BLOB_OUTCOMES,
  ERROR_TYPES,
  IMAGE_OUTCOMES,
  OPERATIONS,
  STATUSES,
  TRANSPORTS,
} from '../../tracking/vocabulary.ts';
import { type MetricDefinition, REGISTRY } from './definition.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** From a quick inspect to a copy of many gigabytes, in seconds. */
const DURATION_SECONDS_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600] as const;

/** From a config to a layer of an AI model, finest where most layer sizes are. */
const BLOB_SIZE_BYTES_BUCKETS = [
  KIB,
  10 * KIB,
  100 * KIB,
  MIB,
  4 * MIB,
  10 * MIB,
  32 * MIB,
  100 * MIB,
  256 * MIB,
  GIB,
  4 * GIB,
  16 * GIB,
] as const;

/** The results of operations, blobs and images: cumulative, kept across processes. */
export const OPERATION_METRICS = {
  skopeo_operations_total: {
    type: 'counter',
    help: 'Operations finished, by operation and final status.',
    labels: { operation: OPERATIONS, status: STATUSES },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'at the end of each operation; canceled and crashed ones are `status="error"`',
  },
  skopeo_operation_duration_seconds: {
    type: 'histogram',
    help: 'Wall-clock duration of finished operations in seconds.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    buckets: DURATION_SECONDS_BUCKETS,
    updated: 'at the end of each operation, failed ones included: its count equals `skopeo_operations_total`',
  },
  skopeo_blobs_processed_total: {
    type: 'counter',
    help: 'Blobs processed, by operation and status.',
    labels: { operation: OPERATIONS, status: STATUSES },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'as each blob finishes',
  },
  skopeo_blob_size_bytes: {
    type: 'histogram',
    help: 'Size of processed blobs in bytes, as declared by the manifest.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    buckets: BLOB_SIZE_BYTES_BUCKETS,
    updated: 'as each blob whose size is known finishes',
  },
  skopeo_operation_errors_total: {
    type: 'counter',
    help: 'Operations that failed, by operation and error class.',
    labels: { operation: OPERATIONS, error_type: ERROR_TYPES },
    merge: 'sum',
    where: 'both',
    updated: 'at the end of each failed operation, once',
  },
  skopeo_source_operations_total: {
    type: 'counter',
    help: 'Operations finished, by transport of the source.',
    labels: { source_type: TRANSPORTS, operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    updated: 'at the end of each operation',
  },
  skopeo_destination_operations_total: {
    type: 'counter',
    help: 'Operations finished, by transport of the destination.',
    labels: { destination_type: TRANSPORTS, operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    updated: 'at the end of each operation that has a destination',
  },
  skopeo_transferred_bytes_total: {
    type: 'counter',
    help: 'Bytes transferred, counted while the transfer goes on, retries included.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'as bytes move',
  },
  skopeo_skipped_bytes_total: {
    type: 'counter',
    help: 'Bytes of blobs that were not transferred because the destination had them.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'as each such blob whose size is known is reported',
  },
  skopeo_blobs_total: {
    type: 'counter',
    help: 'Blobs by operation and outcome.',
    labels: { operation: OPERATIONS, outcome: BLOB_OUTCOMES },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'as each blob finishes',
  },
  skopeo_sync_images_total: {
    type: 'counter',
    help: 'Images handled by sync runs, by outcome.',
    labels: { outcome: IMAGE_OUTCOMES },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'as each image finishes',
  },
  skopeo_operation_retries_total: {
    type: 'counter',
    help: 'Attempts repeated by the wrapper, by operation and the error that caused the retry.',
    labels: { operation: OPERATIONS, error_type: ERROR_TYPES },
    merge: 'sum',
    where: 'both',
    updated: 'at the start of each repeated attempt',
  },
  skopeo_rate_limit_hits_total: {
    type: 'counter',
    help: 'Responses that reported a rate limit, by registry.',
    labels: { registry: REGISTRY },
    merge: 'sum',
    where: 'both',
    updated: 'at each status 429 or `toomanyrequests`',
  },
  skopeo_orphaned_operations_total: {
    type: 'counter',
    help: 'Operations whose process died without reporting a result.',
    labels: { operation: OPERATIONS },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'when a reader finds the dead run (also counted as `status="error"`, `error_type="crashed"`)',
  },
} as const satisfies Record<string, MetricDefinition>;
