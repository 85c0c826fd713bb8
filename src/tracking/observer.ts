import type { FinishedBlob, OperationResult } from './events.ts';
import type { LiveOperation } from './live-operation.ts';
import type { ErrorType, ImageOutcome, Operation, Transport } from './vocabulary.ts';

/** What is known of an operation before it starts. */
export interface OperationIdentity {
  readonly operation: Operation;
  readonly sourceTransport: Transport;
  readonly destinationTransport?: Transport;
}

/** An operation that an observer may look at while it runs. */
export interface LiveSource {
  readonly identity: OperationIdentity;
  live(): LiveOperation;
}

/**
 * Receives each countable fact of an operation exactly once, when it becomes true. The metrics recorder is one; the
 * tracker calls every observer in order and knows nothing of what they do.
 */
export interface OperationObserver {
  operationStarted?(source: LiveSource): void;
  /** The fate of a blob is known; its size perhaps not yet. */
  blobFinished?(identity: OperationIdentity, blob: FinishedBlob): void;
  /** Fate and exact size are both known; follows `blobFinished` at once, later (the manifest came late) or never. */
  blobSized?(identity: OperationIdentity, blob: FinishedBlob & { readonly sizeBytes: number }): void;
  /** `deltaBytes` more bytes were moved since the last call. */
  bytesTransferred?(identity: OperationIdentity, deltaBytes: number): void;
  retrying?(identity: OperationIdentity, errorType: ErrorType): void;
  /** `registry` is host[:port]. */
  rateLimited?(registry: string): void;
  imageFinished?(outcome: ImageOutcome): void;
  /** An image of a sync run is being copied: live, but no operation of its own. */
  partStarted?(source: LiveSource): void;
  partFinished?(source: LiveSource): void;
  /** After this the source is no longer live. */
  operationFinished?(source: LiveSource, result: OperationResult): void;
}

/** Told of what happens, when it happens; the metrics recorder and the display implement it. */
export interface SyncObserver {
  imageFinished?(outcome: 'copied' | 'unchanged' | 'skipped' | 'failed'): void;
  rateLimited?(registry: string): void;
  retrying?(errorType: ErrorType): void;
  /** A question to a registry begins. */
  questionAsked?(registry: string): void;
  questionClosed?(registry: string, isAnswered: boolean): void;
  /** Images not yet started. */
  queueChanged?(waiting: number): void;
  checked?(done: number, total: number): void;
  /** Sources that could not be listed at first and are listed again after everything else. */
  sourcesLeft?(count: number): void;
}
