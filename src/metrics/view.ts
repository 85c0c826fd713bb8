import type { LiveOperation } from '../tracking/live-operation.ts';
import type { FinishedRun } from './run-history.ts';

/**
 * Label values of one series, in the order of the contract's labels, as one JSON-safe key. `\u001f` (unit separator)
 * cannot occur in a label value of ours.
 */
export type SeriesKey = string;

/** Histogram of one series: counts per bucket (not cumulative, the last one is `+Inf`) and the sum of all values. */
export interface HistogramValue {
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Cumulative values, sparse and plain JSON: what one process counted, or many processes together. */
export interface Totals {
  readonly counters: Readonly<Record<string, Readonly<Record<SeriesKey, number>>>>;
  readonly histograms: Readonly<Record<string, Readonly<Record<SeriesKey, HistogramValue>>>>;
}

/** What is known of a named job, from all of its runs. Wall-clock seconds; 0: never. */
export interface JobFacts {
  readonly jobName: string;
  readonly lastSuccessSeconds: number;
  readonly lastFailureSeconds: number;
  readonly lastRunSeconds: number;
  readonly lastDurationSeconds: number;
  readonly lastExitCode: number;
  readonly maxAgeSeconds: number;
}

/** An operation in progress together with the heartbeat of the process that runs it. */
export interface LiveEntry {
  readonly live: LiveOperation;
  /** Wall-clock milliseconds of the last heartbeat. */
  readonly heartbeatWallMs: number;
  /** The time with which the monotonic times of `live` are compared, for the moment of the view. */
  readonly nowMs: number;
  readonly pid: number;
  readonly jobName?: string;
}

/** States of run files in a merge; the label `state`. */
export const RUN_STATES = ['live', 'done', 'dead', 'damaged'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Why a state file could not be used; the label `reason`. */
export const STATE_ERROR_REASONS = ['damaged_run', 'damaged_aggregate', 'unreadable', 'refused', 'spilled'] as const;
export type StateErrorReason = (typeof STATE_ERROR_REASONS)[number];

/** Everything that a textfile or a scrape shows, of one process or of all processes of the host. */
export interface MetricsView {
  readonly totals: Totals;
  readonly live: readonly LiveEntry[];
  readonly jobs: readonly JobFacts[];
  /** The last runs of each job and of those without a name, latest first; absent without a state directory. */
  readonly history?: readonly FinishedRun[];
  /** Absent without a state directory. */
  readonly state?: {
    readonly runs: Readonly<Record<RunState, number>>;
    readonly errors: Readonly<Record<StateErrorReason, number>>;
    readonly mergeSeconds: number;
    /** Listener only. */
    readonly writable?: boolean;
    readonly freeBytes?: number;
  };
}
