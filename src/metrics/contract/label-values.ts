import type { OpenLabelValues } from './definition.ts';

/** `host[:port]`; the limit holds for a state directory. */
export const REGISTRY = {
  description: '`host[:port]`',
  pattern: /^(?:[a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/,
  limit: 50,
} as const satisfies OpenLabelValues;

/** Names given by `--job-name`. */
export const JOB_NAME = {
  description: 'as given by `--job-name`: `^[A-Za-z0-9_.-]{1,64}$`',
  pattern: /^[A-Za-z0-9_.-]{1,64}$/,
  limit: 100,
} as const satisfies OpenLabelValues;

/** A shortened image reference: exists only while an operation runs, hence bounded by concurrency. */
export const SHORT_REFERENCE = {
  description:
    'transport, registry and repository without tag, digest or credentials; of paths the last two components; ' +
    'at most 64 characters; empty without a destination',
  pattern: /^[^\u0000-\u001f\u007f]{0,64}$/u,
} as const satisfies OpenLabelValues;

/** Version strings and names that this program sets itself. */
export const OWN_TEXT = {
  description: 'set by skopeo-wrapper',
  pattern: /^[^\u0000-\u001f\u007f]{0,128}$/u,
} as const satisfies OpenLabelValues;
