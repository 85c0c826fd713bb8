import type { OperationOutcome } from '../operation/run-operation.ts';
import type { ErrorLine } from '../skopeo/output/output-parser.ts';
import type { OperationEvent } from '../tracking/events.ts';
import type { TrackedOperation } from '../tracking/tracked-operation.ts';

/** Shows one operation in one way. Any number of renderers can watch the same tracker. */
export interface Renderer {
  onEvent?(event: OperationEvent, tracker: TrackedOperation): void;
  /** A line of skopeo's stderr. */
  onErrorLine?(line: ErrorLine): void;
  /** The operation has ended. Called once, as the last method. */
  onEnd?(outcome: OperationOutcome): void;
}

/** Several renderers as one. */
export const combine = (renderers: readonly Renderer[]): Required<Renderer> => ({
  onEvent: (event, tracker) => {
    for (const renderer of renderers) renderer.onEvent?.(event, tracker);
  },
  onErrorLine: (line) => {
    for (const renderer of renderers) renderer.onErrorLine?.(line);
  },
  onEnd: (outcome) => {
    for (const renderer of renderers) renderer.onEnd?.(outcome);
  },
});
