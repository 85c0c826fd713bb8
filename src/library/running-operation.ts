import { EventEmitter, on } from 'node:events';
import type { OperationEvent, OperationResult } from '../tracking/events.ts';

/** How an operation ended. */
export interface RunResult extends OperationResult {
  /** What skopeo wrote to stdout (`inspect`, `list-tags`, …); absent if that was nothing, and for copies. */
  readonly output?: string;
  /** What to do about a failure; one sentence. */
  readonly next?: string;
}

/**
 * An operation that runs. Iterating yields the events from that moment on and ends with the operation; leaving the loop
 * early does not end the operation, aborting its signal does.
 */
export interface RunningOperation extends AsyncIterable<OperationEvent> {
  /** Resolves for success and failure alike; rejects only with what `onEvent` threw, or for a bug in this package. */
  readonly result: Promise<RunResult>;
}

/** Runs an operation that tells its events to `emit`. */
export const runningOperation = (
  execute: (emit: (event: OperationEvent) => void) => Promise<RunResult>,
): RunningOperation => {
  const emitter = new EventEmitter<{ event: [OperationEvent]; end: [] }>();
  emitter.setMaxListeners(0);
  let ended = false;
  const result = execute((event) => void emitter.emit('event', event)).finally(() => {
    ended = true;
    emitter.emit('end');
  });
  return {
    result,
    async *[Symbol.asyncIterator]() {
      if (ended) return;
      for await (const [event] of on(emitter, 'event', { close: ['end'] })) yield event;
    },
  };
};
