import { defined } from '../../defined.ts';
import type { WrapperError } from '../../errors/wrapper-error.ts';
import type { OperationOutcome } from '../../operation/run-operation.ts';
import type { FinishedBlob, OperationResult } from '../../tracking/events.ts';
import type { Operation } from '../../tracking/vocabulary.ts';
import type { Result } from './result-schema.ts';

const blobJson = ({ kind, digest, outcome, sizeBytes }: FinishedBlob): Result['blobs'][number] => ({
  kind,
  digest,
  outcome,
  ...defined({ size_bytes: sizeBytes }),
});

/** A result as events and `--json` show it to the world. */
export const resultJson = (result: OperationResult): Result => {
  const { operation, source, destination, outcome, exitCode, errorType, message, digest, blobs } = result;
  const count = (wanted: FinishedBlob['outcome']): number => blobs.filter((blob) => blob.outcome === wanted).length;
  return {
    operation,
    source,
    destination,
    outcome,
    exit_code: exitCode,
    ...defined({ error_type: errorType, message, digest }),
    transferred_bytes: Math.max(0, Math.round(result.transferredBytes)),
    blobs_copied: count('copied'),
    blobs_reused: count('skipped'),
    blobs_failed: count('failed'),
    blobs: blobs.map(blobJson),
    duration_seconds: result.durationSeconds,
    attempts: result.attempts,
  };
};

/** The object of `--json`: the result, the next step after a failure, and what skopeo wrote to stdout. */
export const outcomeJson = ({ result, failure, stdout }: OperationOutcome): Result => {
  const asksExistence = result.operation === 'image_exists';
  return {
    ...resultJson(result),
    ...(failure === undefined ? {} : { next: failure.next }),
    ...(asksExistence && result.outcome === 'success' ? { exists: result.exitCode === 0 } : {}),
    ...(stdout.length === 0 || asksExistence ? {} : { output: stdout.toString('utf8') }),
  };
};

/** The same object for a command that was refused before skopeo ran. */
export const refusalJson = (
  { message, errorType, exitCode, next }: Pick<WrapperError, 'message' | 'errorType' | 'exitCode' | 'next'>,
  operation: Operation,
): Result => ({
  operation,
  source: '',
  destination: '',
  outcome: 'error',
  exit_code: exitCode,
  error_type: errorType,
  message,
  ...defined({ next }),
  transferred_bytes: 0,
  blobs_copied: 0,
  blobs_reused: 0,
  blobs_failed: 0,
  blobs: [],
  duration_seconds: 0,
  attempts: 0,
});
