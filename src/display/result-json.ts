import { z } from 'zod';
import { defined } from '../defined.ts';
import type { WrapperError } from '../errors/wrapper-error.ts';
import type { OperationOutcome } from '../operation/run-operation.ts';
import type { FinishedBlob, OperationResult } from '../tracking/events.ts';
import { BLOB_OUTCOMES, ERROR_TYPES, OPERATIONS, type Operation, STATUSES } from '../tracking/vocabulary.ts';

const count = (description: string) => z.int().nonnegative().describe(description);

export const DIGEST_FIELD = z.string().regex(/^[a-z0-9]+:[0-9a-f]+$/);

const BLOB = z.object({
  kind: z.enum(['layer', 'config']),
  digest: z.string().describe('digest at the source; only its first digits if the rest is not known'),
  outcome: z.enum(BLOB_OUTCOMES).describe('skipped: the destination had it already'),
  size_bytes: z.int().nonnegative().optional().describe('absent: not known'),
});

/**
 * What `--json` prints: the one object on stdout, for every command that runs skopeo. Later versions may add fields,
 * but change none.
 */
export const RESULT = z
  .object({
    operation: z.enum(OPERATIONS).describe('what was done; the label `operation` of the metrics'),
    source: z.string().describe('the source, or the only image, without credentials; empty where there is none'),
    destination: z.string().describe('empty where there is none'),
    outcome: z.enum(STATUSES),
    exit_code: z.int().min(0).max(255).describe('exit status of the command'),
    error_type: z.enum(ERROR_TYPES).optional().describe('why it failed: docs/errors.md; absent after a success'),
    message: z.string().optional().describe("skopeo's words or the wrapper's, without secrets"),
    next: z.string().optional().describe('what to do about it'),
    digest: DIGEST_FIELD.optional().describe('manifest digest at the destination, where known'),
    exists: z.boolean().optional().describe('`exists` alone; absent when it could not be found out'),
    transferred_bytes: count('bytes really moved, by all attempts together'),
    blobs_copied: count('blobs that were copied'),
    blobs_reused: count('blobs that the destination had already'),
    blobs_failed: count('blobs whose copy failed'),
    blobs: z.array(BLOB).describe('every blob whose outcome is known'),
    duration_seconds: z.number().nonnegative(),
    attempts: count('how often skopeo was started; 0: the command was refused before that'),
    output: z.string().optional().describe('what skopeo wrote to stdout, of commands whose result is text'),
  })
  .describe('Result of a command of skopeo-wrapper');

type Result = z.infer<typeof RESULT>;

const blobJson = ({ kind, digest, outcome, sizeBytes }: FinishedBlob): Result['blobs'][number] => ({
  kind,
  digest,
  outcome,
  ...defined({ size_bytes: sizeBytes }),
});

/** A result as events and `--json` show it. */
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
    ...defined({
      next: failure?.next,
      exists: asksExistence && result.outcome === 'success' ? result.exitCode === 0 : undefined,
      output: stdout.length === 0 || asksExistence ? undefined : stdout.toString('utf8'),
    }),
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
