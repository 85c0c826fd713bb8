import { EXIT } from '../errors/wrapper-error.ts';
import { classifyFailure, type Failure, failureClass } from '../skopeo/failure/classify.ts';
import type { AttemptEnd } from './run-attempt.ts';
import { describeTermination } from './termination.ts';

/** What a failure is judged by, besides how the attempt ended. */
export interface JudgedOperation {
  readonly source: string;
  readonly destination: string;
  readonly binary: string;
  /** Values that must not show up in a message. */
  readonly secrets: readonly string[];
}

const REASONS = { signal: 'canceled', timeout: 'timeout', stalled: 'stalled', cut: undefined } as const;

/** Says why an attempt failed, in exactly one class. What we ended ourselves goes before skopeo's own words. */
export const judge = ({ exit, termination }: AttemptEnd, operation: JudgedOperation): Failure => {
  const { source, destination, secrets, binary } = operation;
  const failure = classifyFailure({
    exitCode: exit.exitCode ?? null,
    signal: exit.signal,
    stderrFatal: exit.fatalMessage,
    reason: termination && REASONS[termination.kind],
    source,
    destination,
    secrets,
  });
  if (termination) return { ...failure, ...describeTermination(termination) };
  if (exit.spawnErrorCode === undefined) return failure;
  const { next } = failureClass('skopeo_missing');
  return {
    ...failure,
    errorType: 'skopeo_missing',
    retryable: 'no',
    exitCode: EXIT.unavailable,
    message: `${binary} cannot be run (${exit.spawnErrorCode})`,
    next: next(failure),
  };
};
