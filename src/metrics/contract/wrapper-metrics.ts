import { RUN_STATES, STATE_ERROR_REASONS } from '../view.ts';
import type { MetricDefinition } from './definition.ts';
import { OWN_TEXT } from './label-values.ts';

/** The tool itself: versions, the state directory, the listener, the textfile. */
export const WRAPPER_METRICS = {
  skopeo_wrapper_build_info: {
    type: 'gauge',
    help: 'A constant 1 labelled with the version of skopeo-wrapper and Node.js that wrote these metrics.',
    labels: { version: OWN_TEXT, revision: OWN_TEXT, node_version: OWN_TEXT },
    merge: 'writer',
    where: 'both',
    updated: 'always there',
  },
  skopeo_binary_info: {
    type: 'gauge',
    help: 'A constant 1 labelled with the version of the skopeo binary.',
    labels: { version: OWN_TEXT },
    merge: 'writer',
    where: 'both',
    updated: 'when `skopeo --version` answered',
  },
  skopeo_binary_available: {
    type: 'gauge',
    help: 'Whether the skopeo binary was found and answered (1) or not (0).',
    labels: {},
    merge: 'writer',
    where: 'both',
    updated: 'as `skopeo_binary_info`',
  },
  skopeo_wrapper_state_runs: {
    type: 'gauge',
    help: 'Run state files met by the last merge, by state.',
    labels: { state: RUN_STATES },
    merge: 'reader',
    where: 'both',
    zeroInitialised: true,
    updated: 'at each merge; absent without a state directory',
  },
  skopeo_wrapper_state_errors_total: {
    type: 'counter',
    help: 'Damaged, unreadable or spilled state files, by reason.',
    labels: { reason: STATE_ERROR_REASONS },
    merge: 'sum',
    where: 'both',
    zeroInitialised: true,
    updated: 'at each merge; absent without a state directory',
  },
  skopeo_wrapper_state_writable: {
    type: 'gauge',
    help: 'Whether the state directory accepts new files (1) or not (0).',
    labels: {},
    merge: 'reader',
    where: 'listener',
    updated: 'once a minute',
  },
  skopeo_wrapper_state_free_bytes: {
    type: 'gauge',
    help: 'Free space on the file system of the state directory in bytes.',
    labels: {},
    merge: 'reader',
    where: 'listener',
    updated: 'at each scrape',
  },
  skopeo_wrapper_merge_duration_seconds: {
    type: 'gauge',
    help: 'Duration of the last merge of the state directory in seconds.',
    labels: {},
    merge: 'reader',
    where: 'listener',
    updated: 'at each scrape',
  },
  skopeo_wrapper_http_requests_total: {
    type: 'counter',
    help: 'Requests answered by the metrics listener, by handler and status code.',
    labels: { handler: OWN_TEXT, code: OWN_TEXT },
    merge: 'writer',
    where: 'listener',
    updated: 'at each request; starts at 0 with the listener',
  },
  skopeo_wrapper_textfile_write_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time at which this textfile was written.',
    labels: {},
    merge: 'writer',
    where: 'textfile',
    updated: 'at each write',
  },
} as const satisfies Record<string, MetricDefinition>;
