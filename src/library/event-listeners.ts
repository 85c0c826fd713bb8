import type { OperationEvent } from '../tracking/events.ts';

type Listener = (event: OperationEvent) => void;

/** Who is told of events, and what becomes of their mistakes. */
export interface EventListeners {
  tell(event: OperationEvent): void;
  /** Aborted by the first listener that throws: nobody would know how the operation goes on. */
  readonly signal: AbortSignal;
  /** Throws what that listener threw. */
  throwIfFailed(): void;
}

/** Tells every listener of every event, in order, until one of them throws. */
export const eventListeners = (listeners: readonly (Listener | undefined)[]): EventListeners => {
  const controller = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  return {
    signal: controller.signal,
    tell: (event) => {
      if (failure) return;
      try {
        for (const listener of listeners) listener?.(event);
      } catch (error) {
        failure = { error };
        controller.abort();
      }
    },
    throwIfFailed: () => {
      if (failure) throw failure.error;
    },
  };
};
