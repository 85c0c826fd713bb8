import type { FinishedBlob } from '../tracking/events.ts';
import type { ErrorType, Operation, Transport } from '../tracking/vocabulary.ts';
import type { HistogramName, LabelsOf, TotalsCounterName } from './contract.ts';

/** Receives facts to count, under the contract's names. */
export interface MetricSink {
  count<Name extends TotalsCounterName>(name: Name, labels: LabelsOf<Name>, delta?: number): void;
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, value: number): void;
}

/** What is counted of an operation that has ended, whether it said so itself or was found dead. */
interface FinishedOperation {
  readonly operation: Operation;
  readonly sourceTransport: Transport;
  readonly destinationTransport?: Transport;
  readonly durationSeconds: number;
  /** Absent: it succeeded. */
  readonly errorType?: ErrorType;
}

/** Counts an operation that has ended: once per operation, whether it reported its result or was found dead. */
export const countFinishedOperation = (sink: MetricSink, finished: FinishedOperation): void => {
  const { operation, sourceTransport, destinationTransport, durationSeconds, errorType } = finished;
  const status = errorType === undefined ? 'success' : 'error';
  sink.count('skopeo_operations_total', { operation, status });
  sink.observe('skopeo_operation_duration_seconds', { operation }, Math.max(0, durationSeconds));
  sink.count('skopeo_source_operations_total', { source_type: sourceTransport, operation });
  if (destinationTransport !== undefined) {
    sink.count('skopeo_destination_operations_total', { destination_type: destinationTransport, operation });
  }
  if (errorType !== undefined) sink.count('skopeo_operation_errors_total', { operation, error_type: errorType });
};

/** Counts an operation whose process is gone: an error of class `crashed`, and an orphan. */
export const countOrphanedOperation = (sink: MetricSink, operation: Omit<FinishedOperation, 'errorType'>): void => {
  countFinishedOperation(sink, { ...operation, errorType: 'crashed' });
  sink.count('skopeo_orphaned_operations_total', { operation: operation.operation });
};

/** Counts a blob whose outcome is known. */
export const countFinishedBlob = (sink: MetricSink, operation: Operation, { outcome }: FinishedBlob): void => {
  sink.count('skopeo_blobs_total', { operation, outcome });
  sink.count('skopeo_blobs_processed_total', { operation, status: outcome === 'failed' ? 'error' : 'success' });
};

/** Counts the size of a finished blob, once the manifest has given it. */
export const countBlobSize = (
  sink: MetricSink,
  operation: Operation,
  { outcome, sizeBytes }: FinishedBlob & { readonly sizeBytes: number },
): void => {
  sink.observe('skopeo_blob_size_bytes', { operation }, sizeBytes);
  if (outcome === 'skipped') sink.count('skopeo_skipped_bytes_total', { operation }, sizeBytes);
};
