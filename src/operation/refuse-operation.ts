import type { WrapperError } from '../errors/wrapper-error.ts';
import type { OperationEvent } from '../tracking/events.ts';
import { OperationTracker } from '../tracking/operation-tracker.ts';
import type { OperationOutcome, OperationRequest, OperationSurroundings } from './run-operation.ts';

/**
 * Tells of an operation that cannot even start (no skopeo, an unreadable file with credentials) as of one that failed:
 * the same events, counted the same way.
 */
export const refuseOperation = (
  { identity, source, destination, sourceShort, destinationShort }: OperationRequest,
  { message, errorType, exitCode }: WrapperError,
  { clock, observers, onEvent }: Pick<OperationSurroundings, 'clock' | 'observers' | 'onEvent'>,
): Pick<OperationOutcome, 'result'> => {
  const tracker = new OperationTracker({ identity, sourceShort, destinationShort, clock, observers });
  const emit = (event: OperationEvent): void => {
    tracker.handle(event);
    onEvent(event, tracker);
  };
  const { operation } = identity;
  emit({ type: 'operation-started', operation, source, destination });
  const verdict = { outcome: 'error', exitCode, errorType, message } as const;
  const result = { operation, source, destination, ...verdict, ...tracker.settle(false) };
  emit({ type: 'operation-finished', result });
  return { result };
};
