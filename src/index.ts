/** The library: what other programs may use. Described in docs/library.md. */
export { EXIT, WrapperError } from './errors/wrapper-error.ts';
export { type CopyOptions, copy } from './library/copy.ts';
export type { MetricsSource } from './library/metrics-pages.ts';
export { type MetricsServer, type MetricsServerOptions, startMetricsServer } from './library/metrics-server.ts';
export { OperationTracker, type OperationTrackerOptions, type ReportedStep } from './library/operation-tracker.ts';
export { run } from './library/run.ts';
export type { RunOptions } from './library/run-options.ts';
export { SkopeoMetrics, type SkopeoMetricsOptions } from './library/skopeo-metrics.ts';
export type { RunningOperation, RunResult } from './library/start-operation.ts';
export { type MetricsTextfile, openTextfile, type TextfileOptions, writeTextfile } from './library/textfile.ts';
export type { RetryPolicy } from './operation/retry.ts';
export type {
  BlobDescriptor,
  BlobKey,
  FinishedBlob,
  LogLevel,
  OperationEvent,
  OperationResult,
  OutputEvent,
} from './tracking/events.ts';
export type { LiveOperation } from './tracking/live-operation.ts';
export type { BlobOutcome, ErrorType, Operation, Step } from './tracking/vocabulary.ts';
