import type { ErrorLine } from '../../skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { SyncRunTracker } from '../../tracking/sync-run-tracker.ts';
import type { TrackedOperation } from '../../tracking/tracked-operation.ts';

/** Shows one run of sync. */
export interface SyncDisplay {
  /** The run begins. */
  onStart(run: SyncRunTracker): void;
  /** An event of the copy of one image. */
  onEvent(event: OperationEvent, image: TrackedOperation): void;
  onErrorLine(line: ErrorLine): void;
  /** The run has ended; further lines on stderr appear below. */
  onEnd(): void;
}

export interface SyncDisplayOptions {
  /** Show no progress, only what people must see. */
  readonly isSilent: boolean;
  /** Print to stdout what skopeo prints for each image. */
  readonly printLines: boolean;
  readonly debug: boolean;
}
