import type { ErrorLine } from '../../skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { SyncRunTracker } from '../../tracking/sync-run-tracker.ts';
import type { TrackedOperation } from '../../tracking/tracked-operation.ts';

/** Shows one run of sync. */
export interface SyncDisplay {
  /** The run begins. */
  onStart(run: SyncRunTracker): void;
  /** Something happened to the copy of one image. */
  onEvent(event: OperationEvent, image: TrackedOperation): void;
  onErrorLine(line: ErrorLine): void;
  /** The run is over; what follows on stderr stands below. */
  onEnd(): void;
}

export interface SyncDisplayOptions {
  /** Show no progress, only what people must read. */
  readonly isSilent: boolean;
  /** Print to stdout what skopeo prints there for each image. */
  readonly printLines: boolean;
  readonly debug: boolean;
}
