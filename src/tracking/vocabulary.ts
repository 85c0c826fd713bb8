/**
 * The closed lists of words that events, results, labels of metrics and documentation share. A new word is added here
 * first.
 */

/** What a run does for its user; the label `operation` of every metric. */
export const OPERATIONS = [
  'copy',
  'sync',
  'inspect',
  'delete',
  'list_tags',
  'manifest_digest',
  'image_exists',
  'other',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Final status of an operation; the error type says what failed and why. */
export const STATUSES = ['success', 'error'] as const;
export type Status = (typeof STATUSES)[number];

/** The result of a blob. `skipped`: the destination had it already. */
export const BLOB_OUTCOMES = ['copied', 'skipped', 'failed'] as const;
export type BlobOutcome = (typeof BLOB_OUTCOMES)[number];

/** The result of an image of a sync run. `unchanged`: the destination had it already. */
export const IMAGE_OUTCOMES = ['copied', 'unchanged', 'skipped', 'failed'] as const;
export type ImageOutcome = (typeof IMAGE_OUTCOMES)[number];

/**
 * The present step of an active operation; the label `current_step`. It is `running` for everything except copy and
 * sync.
 */
export const STEPS = [
  'starting',
  'getting_signatures',
  'copying_blob',
  'copying_config',
  'writing_manifest',
  'storing_signatures',
  'retry_wait',
  'running',
] as const;
export type Step = (typeof STEPS)[number];

/** Transports of image references as labels (`containers-storage:` becomes `containers_storage`). */
export const TRANSPORTS = [
  'docker',
  'dir',
  'oci',
  'containers_storage',
  'docker_archive',
  'oci_archive',
  'docker_daemon',
  'ostree',
  'sif',
  'tarball',
  'yaml',
  'unknown',
] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Why an operation failed; the label `error_type`. In the order of the table of failures, docs/errors.md. */
export const ERROR_TYPES = [
  'usage',
  'disk_full',
  'permission',
  'invalid_reference',
  'policy_rejected',
  'blocked',
  'decryption_failed',
  'credential_helper',
  'host_setup',
  'digest_mismatch',
  'rate_limited',
  'proxy_refused',
  'proxy_failed',
  'protocol_mismatch',
  'tls',
  'dns',
  'connection_refused',
  'unreachable',
  'timeout',
  'denied',
  'unauthorized',
  'no_matching_platform',
  'too_large',
  'tag_immutable',
  'repository_missing',
  'name_invalid',
  'manifest_rejected',
  'quota_exceeded',
  'not_found',
  'server_error',
  'connection_lost',
  'invalid_manifest',
  'destination_conflict',
  'unsupported',
  'request_rejected',
  'partial_failure',
  'prune_refused',
  'stalled',
  'canceled',
  'reader_gone',
  'killed',
  'crashed',
  'skopeo_missing',
  'unknown',
] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];
