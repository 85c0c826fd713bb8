import type { FinishedBlob, OperationResult } from './events.ts';
import type { LiveOperation } from './live-operation.ts';
import type { ErrorType, ImageOutcome, Operation, Transport } from './vocabulary.ts';

/** What is known of an operation before it starts. */
export interface OperationIdentity {
  readonly operation: Operation;
  readonly sourceTransport: Transport;
  readonly destinationTransport?: Transport;
}

/** An operation at which an observer may look while it runs. */
export interface LiveSource {
  readonly identity: OperationIdentity;
  live(): LiveOperation;
}

/**
 * Receives each countable fact of an operation exactly once, when it becomes true. The metrics recorder is one
 * observer. The tracker calls all observers in order and does not depend on what they do.
 */
export interface OperationObserver {
  operationStarted?(source: LiveSource): void;
  /** The outcome of a blob is known; its size perhaps not yet. */
  blobFinished?(identity: OperationIdentity, blob: FinishedBlob): void;
  /** Outcome and exact size are both known. Follows `blobFinished` at once, later (the manifest came late) or never. */
  blobSized?(identity: OperationIdentity, blob: FinishedBlob & { readonly sizeBytes: number }): void;
  /** `deltaBytes` more bytes were moved since the last call. */
  bytesTransferred?(identity: OperationIdentity, deltaBytes: number): void;
  retrying?(identity: OperationIdentity, errorType: ErrorType): void;
  /** `registry` is host[:port]. */
  rateLimited?(registry: string): void;
  imageFinished?(outcome: ImageOutcome): void;
  /** An image of a sync run is being copied: it is live, but not an operation of its own. */
  partStarted?(source: LiveSource): void;
  partFinished?(source: LiveSource): void;
  /** After this the source is no longer live. */
  operationFinished?(source: LiveSource, result: OperationResult): void;
}

/** Called when something happens in a sync run; the metrics recorder and the display implement it. */
export interface SyncObserver {
  imageFinished?(outcome: 'copied' | 'unchanged' | 'skipped' | 'failed'): void;
  rateLimited?(registry: string): void;
  retrying?(errorType: ErrorType): void;
  /** A question to a registry begins. */
  questionAsked?(registry: string): void;
  questionClosed?(registry: string, isAnswered: boolean): void;
  /** Number of images that have not started yet. */
  queueChanged?(waiting: number): void;
  checked?(done: number, total: number): void;
  /** Number of sources that could not be listed at first and are listed again after everything else. */
  sourcesLeft?(count: number): void;
}
