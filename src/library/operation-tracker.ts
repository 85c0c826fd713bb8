import { systemClock } from '../context.ts';
import { defined } from '../defined.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { parseReference, redactReference, shortName } from '../image/reference.ts';
import { DEFAULT_HEARTBEAT_SECONDS } from '../metrics/heartbeat-interval.ts';
import { classifyFailure } from '../skopeo/failure/classify.ts';
import type { BlobDescriptor, BlobKey, OperationEvent, OperationResult } from '../tracking/events.ts';
import type { LiveOperation } from '../tracking/live-operation.ts';
import { TrackedOperation } from '../tracking/tracked-operation.ts';
import { type ErrorType, OPERATIONS, type Operation } from '../tracking/vocabulary.ts';
import { type SkopeoMetrics, startHeartbeat } from './skopeo-metrics.ts';

export interface OperationTrackerOptions {
  /** The label `operation`. */
  readonly operation: Operation;
  /** References as skopeo writes them; credentials in them are never shown. */
  readonly source: string;
  readonly destination?: string;
  readonly metrics: SkopeoMetrics;
  /** How often the live metrics are refreshed; 10 by default. */
  readonly heartbeatIntervalSeconds?: number;
}

/** The steps of a copy that the caller reports; the other steps follow from the blobs. */
const STEP_EVENTS = {
  getting_signatures: { type: 'signatures-reading' },
  writing_manifest: { type: 'manifest-writing', list: false },
  storing_signatures: { type: 'signatures-storing' },
} as const satisfies Readonly<Record<string, OperationEvent>>;

/** A step that the caller reports. */
export type ReportedStep = keyof typeof STEP_EVENTS;

/**
 * An operation that something else than this package carries out. The caller reports its steps, and it is measured like
 * an operation of skopeo. It starts when it is created and ends with `succeed` or `fail`. If it is disposed of without
 * either, it counts as failed with error type `crashed`: an exception ended it, and that must not look like a
 * deliberate end.
 */
export class OperationTracker implements Disposable {
  readonly #tracker: TrackedOperation;
  readonly #references: { readonly source: string; readonly destination: string };
  readonly #heartbeat: Disposable;
  readonly #blobs = new Map<string, BlobKey>();
  #ended = false;

  /** Throws a `WrapperError` for an operation that is not in the list, or an invalid interval. */
  constructor({ operation, source, destination = '', metrics, heartbeatIntervalSeconds }: OperationTrackerOptions) {
    if (!OPERATIONS.includes(operation)) {
      throw usageError(`operation is ${JSON.stringify(operation)}`, `Give one of ${OPERATIONS.join(', ')}.`);
    }
    const [from, to] = [parseReference(source), parseReference(destination)];
    this.#references = { source: redactReference(source), destination: redactReference(destination) };
    this.#heartbeat = startHeartbeat(heartbeatIntervalSeconds ?? DEFAULT_HEARTBEAT_SECONDS, () => metrics.heartbeat());
    this.#tracker = new TrackedOperation({
      identity: {
        operation,
        sourceTransport: from.transport,
        ...(destination === '' ? {} : { destinationTransport: to.transport }),
      },
      sourceShort: shortName(from),
      destinationShort: shortName(to),
      clock: systemClock,
      observers: [metrics.observer],
    });
    this.#tracker.handle({ type: 'operation-started', operation, ...this.#references });
    this.#tracker.handle({ type: 'attempt-started', attempt: 1, onTerminal: true });
  }

  /** The current state. */
  get live(): LiveOperation {
    return this.#tracker.live();
  }

  /** All blobs of the image, as its manifest lists them: percent and time left are known from then on. */
  expectBlobs(blobs: readonly BlobDescriptor[]): void {
    this.#tell({ type: 'manifest-known', blobs });
  }

  step(step: ReportedStep): void {
    this.#tell(STEP_EVENTS[step]);
  }

  /** `digest` is `sha256:` and 64 hex digits. A config comes after all layers: these then count as copied. */
  blobStarted(digest: string, kind: BlobDescriptor['kind'] = 'layer'): void {
    const blob: BlobKey = { kind, hex: checkedHex(digest), occurrence: 1 };
    this.#blobs.set(digest, blob);
    this.#tell({ type: 'blob-started', blob });
  }

  /** So many bytes of the blob have been read so far; a smaller number than before counts as no progress. */
  blobProgress(digest: string, readBytes: number): void {
    if (!(readBytes >= 0)) throw usageError(`readBytes is ${readBytes}`, 'Give a number of bytes.');
    this.#tell({ type: 'blob-progress', blob: this.#blob(digest), readBytes });
  }

  /** `skipped`: the destination had it already. A blob without an outcome gets that of the operation. */
  blobFinished(digest: string, outcome: 'copied' | 'skipped'): void {
    const blob = this.#blob(digest);
    this.#tell(outcome === 'copied' ? { type: 'blob-stored', digest } : { type: 'blob-reused', blob });
  }

  /** Ends the operation with success. `digest`: of the manifest at the destination. */
  succeed({ digest }: { readonly digest?: string } = {}): OperationResult {
    return this.#end({ outcome: 'success', exitCode: 0, ...defined({ digest }) });
  }

  /** Ends the operation with an error. Without an error type the message is classified like one of skopeo. */
  fail(message: string, given?: ErrorType): OperationResult {
    const failure = classifyFailure({ exitCode: 1, stderrFatal: message, ...this.#references });
    const errorType = given ?? failure.errorType;
    return this.#end({ outcome: 'error', exitCode: failure.exitCode, errorType, message: failure.message });
  }

  [Symbol.dispose](): void {
    if (!this.#ended) this.fail('ended without a result', 'crashed');
  }

  #blob(digest: string): BlobKey {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) throw usageError(`blob ${digest} was not started`, 'Call blobStarted first.');
    return blob;
  }

  #tell(event: OperationEvent): void {
    if (this.#ended) throw usageError('the operation has ended', 'Make a new OperationTracker for the next one.');
    this.#tracker.handle(event);
  }

  #end(verdict: Pick<OperationResult, 'outcome' | 'exitCode' | 'errorType' | 'message' | 'digest'>): OperationResult {
    if (this.#ended) throw usageError('the operation has ended', 'Make a new OperationTracker for the next one.');
    this.#heartbeat[Symbol.dispose]();
    const { operation } = this.#tracker.identity;
    const result = {
      operation,
      ...this.#references,
      ...verdict,
      ...this.#tracker.settle(verdict.outcome === 'success'),
    };
    this.#tracker.handle({ type: 'operation-finished', result });
    this.#ended = true;
    return result;
  }
}

const checkedHex = (digest: string): string => {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw usageError(`digest is ${JSON.stringify(digest)}`, 'Give sha256: and 64 hex digits.');
  return hex;
};
