import * as z from 'zod';
import type { SourceFailure } from '../../sync/report/sync-report.ts';
import { ERROR_TYPES } from '../../tracking/vocabulary.ts';

/** A source of which nothing is done, in reports and in plans. */
export const FAILURE = z.object({
  source: z.string().describe('a source of which nothing is done, or `prune`'),
  error_type: z.enum(ERROR_TYPES).describe('docs/errors.md'),
  message: z.string(),
  next: z.string().optional(),
});

/** The same as the world sees it. */
export const failureJson = ({ errorType, ...failure }: SourceFailure): z.input<typeof FAILURE> => ({
  ...failure,
  error_type: errorType,
});
