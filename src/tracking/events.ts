import type { BlobOutcome, ErrorType, Operation } from './vocabulary.ts';

/** Which row or line of skopeo a blob event belongs to, within one image of one attempt. */
export interface BlobKey {
  readonly kind: 'layer' | 'config';
  /** Hex digits of the source digest as far as skopeo printed them: 64 on a pipe, 12 (config: 10) on a terminal. */
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

/** What the output of one skopeo process says, line by line. Nothing here is a verdict: that is the exit status. */
export type OutputEvent =
  | { readonly type: 'image-started' }
  | { readonly type: 'list-started' }
  | { readonly type: 'list-counted'; readonly images: number; readonly listed: number }
  | { readonly type: 'instance-started'; readonly digest: string; readonly index: number; readonly count: number }
  /** The same in skopeo's log, which is a stream of its own: it may come long before or after `instance-started`. */
  | { readonly type: 'instance-logged'; readonly digest: string }
  | { readonly type: 'blob-started'; readonly blob: BlobKey }
  | {
      readonly type: 'blob-progress';
      readonly blob: BlobKey;
      /** Bytes read from the source, rounded by skopeo to one decimal of the unit it shows; absent: a spinner. */
      readonly readBytes?: number;
      /** Size as displayed, rounded likewise. */
      readonly shownSizeBytes?: number;
    }
  /** The last byte was read from the source; says nothing about the destination. */
  | { readonly type: 'blob-read'; readonly blob: BlobKey }
  /** The row says that the destination has the blob already; final. */
  | { readonly type: 'blob-reused'; readonly blob: BlobKey }
  /** The log says so: with a row, before or after it, or without. */
  | { readonly type: 'layer-present'; readonly digest: string }
  /** The destination is asked whether it has that layer: the first thing skopeo does with it, shown or not. */
  | { readonly type: 'blob-checked'; readonly digest: string }
  /** The destination has taken a blob of that digest; told by registries alone. */
  | { readonly type: 'blob-stored'; readonly digest: string }
  | { readonly type: 'manifest-writing'; readonly list: boolean }
  | { readonly type: 'signatures-reading' }
  | { readonly type: 'signatures-storing' }
  /** A registry said "too many requests"; skopeo waits in silence and asks again. */
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
   * A line that is no blob row and no log entry, as skopeo would print it on a pipe, without control characters. Comes
   * before the event that tells its meaning, if it has one we know.
   */
  | { readonly type: 'output-line'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** The spine of the program: everything that happens to one operation, in order. */
export type OperationEvent =
  | {
      readonly type: 'operation-started';
      readonly operation: Operation;
      readonly source: string;
      readonly destination: string;
    }
  /** Another run is writing to the destination: this one has waited a while for its turn, and goes on waiting. */
  | { readonly type: 'destination-awaited'; readonly destination: string }
  | {
      readonly type: 'attempt-started';
      readonly attempt: number;
      readonly pid?: number;
      /** skopeo shows rows with bytes; otherwise only lines. */
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
      /** Of these, what waits to be sent or acknowledged; only when nothing else moves. */
      readonly queuedBytes?: number;
    }
  | {
      readonly type: 'attempt-failed';
      readonly attempt: number;
      readonly errorType: ErrorType;
      readonly message: string;
      /** Host of the registry that refused, where it is known. */
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

/** A blob whose fate is known. */
export interface FinishedBlob {
  readonly kind: 'layer' | 'config';
  /** Full digest where known, else the hex digits that skopeo showed. */
  readonly digest: string;
  readonly outcome: BlobOutcome;
  readonly sizeBytes?: number;
}

/** How an operation ended: the object behind `--json`, reports and metrics. */
export interface OperationResult {
  readonly operation: Operation;
  /** References without credentials. */
  readonly source: string;
  readonly destination: string;
  readonly outcome: 'success' | 'error';
  readonly exitCode: number;
  readonly errorType?: ErrorType;
  /** skopeo's words or ours, redacted. */
  readonly message?: string;
  /** Manifest digest at the destination, where known. */
  readonly digest?: string;
  /** Bytes really moved by all attempts together. */
  readonly transferredBytes: number;
  readonly blobs: readonly FinishedBlob[];
  readonly durationSeconds: number;
  readonly attempts: number;
}
