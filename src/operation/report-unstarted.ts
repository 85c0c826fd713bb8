import type { WrapperError } from '../errors/wrapper-error.ts';
import type { OperationEvent, OperationResult } from '../tracking/events.ts';
import { OperationTracker } from '../tracking/operation-tracker.ts';
import type { OperationSubject } from './request.ts';
import type { OperationContext } from './run-operation.ts';

/** Tells of an operation that failed before any skopeo could be started for it, as of any other; returns its result. */
export const reportUnstarted = (
  { identity, source, destination, sourceShort, destinationShort }: OperationSubject,
  { errorType, exitCode, message }: Pick<WrapperError, 'errorType' | 'exitCode' | 'message'>,
  { clock, observers, onEvent }: Pick<OperationContext, 'clock' | 'observers'> & Partial<OperationContext>,
): OperationResult => {
  const { operation } = identity;
  const tracker = new OperationTracker({ identity, sourceShort, destinationShort, clock, observers });
  const emit = (event: OperationEvent): void => {
    tracker.handle(event);
    onEvent?.(event, tracker);
  };
  emit({ type: 'operation-started', operation, source, destination });
  const failure = { outcome: 'error', exitCode, errorType, message } as const;
  const result = { operation, source, destination, ...failure, ...tracker.settle(false) };
  emit({ type: 'operation-finished', result });
  return result;
};
