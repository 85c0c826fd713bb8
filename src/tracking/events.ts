import type { BlobOutcome, ErrorType, Operation } from './vocabulary.ts';

/** The line of skopeo to which a blob event belongs, within one image of one attempt. */
export interface BlobKey {
  readonly kind: 'layer' | 'config';
  /** Hex digits of the source digest, as many as skopeo printed: 64 on a pipe, 12 (config: 10) on a terminal. */
  readonly hex: string;
  /** 1, or more when one image holds the same layer several times. */
  readonly occurrence: number;
}

/** A blob as its manifest describes it. */
export interface BlobDescriptor {
  readonly kind: 'layer' | 'config';
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** Exact size; absent in schema 1 manifests. */
  readonly sizeBytes?: number;
}

export type LogLevel = 'panic' | 'fatal' | 'error' | 'warning' | 'info' | 'debug' | 'trace';

/** What the output of one skopeo process says, line by line. No event decides about success: the exit status does. */
export type OutputEvent =
  | { readonly type: 'image-started' }
  | { readonly type: 'list-started' }
  | { readonly type: 'list-counted'; readonly images: number; readonly listed: number }
  | { readonly type: 'instance-started'; readonly digest: string; readonly index: number; readonly count: number }
  /** The same from skopeo's log, which is a separate stream: it may come long before or after `instance-started`. */
  | { readonly type: 'instance-logged'; readonly digest: string }
  | { readonly type: 'blob-started'; readonly blob: BlobKey }
  | {
      readonly type: 'blob-progress';
      readonly blob: BlobKey;
      /** Bytes read from the source, rounded by skopeo to one decimal of the unit that it shows; absent: a spinner. */
      readonly readBytes?: number;
      /** The displayed size, rounded likewise. */
      readonly shownSizeBytes?: number;
    }
  /** The last byte was read from the source; this says nothing about the destination. */
  | { readonly type: 'blob-read'; readonly blob: BlobKey }
  /** The progress line says that the destination has the blob already; this is final. */
  | { readonly type: 'blob-reused'; readonly blob: BlobKey }
  /** The log says so: before or after the progress line, or without one. */
  | { readonly type: 'layer-present'; readonly digest: string }
  /**
   * The destination is asked whether it has that layer. This is the first thing that skopeo does with a layer, shown or
   * not.
   */
  | { readonly type: 'blob-checked'; readonly digest: string }
  /** The destination has stored a blob of that digest; only registries report this. */
  | { readonly type: 'blob-stored'; readonly digest: string }
  | { readonly type: 'manifest-writing'; readonly list: boolean }
  | { readonly type: 'signatures-reading' }
  | { readonly type: 'signatures-storing' }
  /** A registry answered "too many requests"; skopeo waits silently and asks again. */
  | { readonly type: 'rate-limited'; readonly registry: string; readonly waitSeconds: number }
  /** skopeo sync: the destination holds the same manifest. */
  | { readonly type: 'image-unchanged' }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  /**
   * A line that is neither a progress line of a blob nor a log entry, as skopeo would print it on a pipe, without
   * control characters. Comes before the event with the meaning of the line, if that is known.
   */
  | { readonly type: 'output-line'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** Everything that happens to one operation, in order. All parts of the program are connected by these events. */
export type OperationEvent =
  | {
      readonly type: 'operation-started';
      readonly operation: Operation;
      readonly source: string;
      readonly destination: string;
    }
  /** Another run is writing to the destination: this one has waited for a while and continues to wait. */
  | { readonly type: 'destination-awaited'; readonly destination: string }
  | {
      readonly type: 'attempt-started';
      readonly attempt: number;
      readonly pid?: number;
      /** skopeo shows progress lines with bytes; otherwise only plain lines. */
      readonly onTerminal: boolean;
    }
  | OutputEvent
  /** Sizes and full digests, from a manifest of this image (`instance`: manifest digest within a list). */
  | { readonly type: 'manifest-known'; readonly instance?: string; readonly blobs: readonly BlobDescriptor[] }
  /** Bytes the skopeo process has read and written so far in this attempt, sockets included (`/proc/<pid>/io`). */
  | {
      readonly type: 'io-sampled';
      readonly readBytes: number;
      readonly writtenBytes: number;
      /** The part of these bytes that waits to be sent or acknowledged; only when nothing else moves. */
      readonly queuedBytes?: number;
    }
  | {
      readonly type: 'attempt-failed';
      readonly attempt: number;
      readonly errorType: ErrorType;
      readonly message: string;
      /** Host of the registry that refused, if it is known. */
      readonly registry?: string;
    }
  | {
      readonly type: 'retrying';
      readonly attempt: number;
      readonly errorType: ErrorType;
      readonly delaySeconds: number;
      readonly message: string;
    }
  | { readonly type: 'operation-finished'; readonly result: OperationResult };

/** A blob whose outcome is known. */
export interface FinishedBlob {
  readonly kind: 'layer' | 'config';
  /** The full digest if it is known, else the hex digits that skopeo showed. */
  readonly digest: string;
  readonly outcome: BlobOutcome;
  readonly sizeBytes?: number;
}

/** How an operation ended: the object of `--json`, reports and metrics. */
export interface OperationResult {
  readonly operation: Operation;
  /** References without credentials. */
  readonly source: string;
  readonly destination: string;
  readonly outcome: 'success' | 'error';
  readonly exitCode: number;
  readonly errorType?: ErrorType;
  /** skopeo's or our own message, without secrets. */
  readonly message?: string;
  /** Manifest digest at the destination, if it is known. */
  readonly digest?: string;
  /** Bytes that all attempts together have moved. */
  readonly transferredBytes: number;
  readonly blobs: readonly FinishedBlob[];
  readonly durationSeconds: number;
  readonly attempts: number;
}
