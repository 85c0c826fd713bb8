import type { Operation, Step } from './vocabulary.ts';

/**
 * One operation in progress, with timestamps instead of ages, so that a reader in another process can compute every
 * live gauge for the moment of the scrape. Plain JSON: it is stored unchanged in the state directory.
 */
export interface LiveOperation {
  readonly operation: Operation;
  /** Transport, registry and repository without tag, digest or credentials, at most 64 characters. */
  readonly sourceShort: string;
  readonly destinationShort: string;
  readonly step: Step;
  /** Milliseconds of the monotonic clock. */
  readonly startedMs: number;
  /** When the last new line, new number in a progress line, or byte came; monotonic milliseconds. */
  readonly lastProgressMs: number;
  readonly blobsFinished: number;
  /** 0 to 100, never falling; 100 only after success. Absent: unknown. */
  readonly percent?: number;
  readonly transferredBytes: number;
  /** Bytes the operation is expected to transfer; absent while unknown. */
  readonly expectedBytes?: number;
  /** Bytes per second over the last 60 seconds, as of the last heartbeat. */
  readonly throughputBytesPerSecond: number;
  /** Estimated seconds to the end as of the last heartbeat; absent while unknown. */
  readonly etaSeconds?: number;
  /** Operations or images waiting behind this one (sync). */
  readonly queued?: number;
  /** One image of a sync run: shown while it is copied, but not an operation of its own. */
  readonly part?: true;
}
