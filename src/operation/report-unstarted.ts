import type { Clock } from '../context.ts';
import type { WrapperError } from '../errors/wrapper-error.ts';
import type { OperationObserver } from '../tracking/observer.ts';
import { OperationTracker } from '../tracking/operation-tracker.ts';
import type { OperationRequest } from './run-operation.ts';

/** Tells observers of an operation that failed before any skopeo could be started for it. */
export const reportUnstarted = (
  { identity, source, destination, sourceShort, destinationShort }: OperationRequest,
  { errorType, exitCode, message }: WrapperError,
  { clock, observers }: { readonly clock: Clock; readonly observers: readonly OperationObserver[] },
): void => {
  const { operation } = identity;
  const tracker = new OperationTracker({ identity, sourceShort, destinationShort, clock, observers });
  tracker.handle({ type: 'operation-started', operation, source, destination });
  const failure = { outcome: 'error', exitCode, errorType, message } as const;
  tracker.handle({
    type: 'operation-finished',
    result: { operation, source, destination, ...failure, ...tracker.settle(false) },
  });
};
