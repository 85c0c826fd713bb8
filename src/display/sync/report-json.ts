import * as z from 'zod';
import { defined } from '../../defined.ts';
import { type ImageReport, resultOfReport, type SourceFailure, type SyncReport } from '../../sync/report.ts';
import { ERROR_TYPES, IMAGE_OUTCOMES, STATUSES } from '../../tracking/vocabulary.ts';

/** A source from which nothing is copied, in reports and in plans. */
export const FAILURE = z.object({
  source: z.string().describe('a source of which nothing is done, or `prune`'),
  error_type: z.enum(ERROR_TYPES).describe('docs/errors.md'),
  message: z.string(),
  next: z.string().optional(),
});

/** The same in JSON. */
export const failureJson = ({ errorType, ...failure }: SourceFailure): z.input<typeof FAILURE> => ({
  ...failure,
  error_type: errorType,
});

/** In reports and in plans. */
export const MISSING_PLATFORMS = z
  .array(z.string())
  .describe('platforms that were requested and that the source does not have, as far as is known');

const count = (description: string) => z.int().nonnegative().describe(description);
const errorType = z.enum(ERROR_TYPES);

const IMAGE = z.object({
  source: z.string(),
  destination: z.string(),
  digest: z.string().optional().describe('manifest digest at the destination, where known'),
  outcome: z.enum(IMAGE_OUTCOMES),
  reason: z.string().describe('why it was copied, skipped, or not tried'),
  missing_platforms: MISSING_PLATFORMS.optional(),
  error_type: errorType.optional().describe('why it failed: docs/errors.md'),
  message: z.string().optional().describe("the registry's or skopeo's words, without secrets"),
  next: z.string().optional().describe('what to do about it'),
  bytes: count('bytes moved by all attempts together'),
  seconds: z.number().nonnegative(),
  attempts: count('how often skopeo was started for it'),
});

const PRUNED = z.object({
  destination: z.string(),
  outcome: z.enum(['removed', 'kept', 'failed']),
  reason: z.string(),
});

/** What `sync --json` prints and `--report FILE` writes. Later versions may add fields, but change none. */
export const SYNC_REPORT = z
  .object({
    version: z.literal(1),
    operation: z.literal('sync'),
    job: z.string().optional().describe('name of the job'),
    outcome: z.enum(STATUSES),
    exit_code: z.int().min(0).max(255).describe('exit status of the command'),
    error_type: errorType.optional().describe('partial_failure: some images failed; else why the first of all failed'),
    started_at: z.iso.datetime(),
    duration_seconds: z.number().nonnegative(),
    not_run: z.string().optional().describe('why nothing was done: another run of the job holds the lock'),
    images: z.array(IMAGE).describe('every image that is wanted'),
    failures: z.array(FAILURE),
    dropped: count('tags of the sources that are not wanted'),
    other_shards: count('images that other shards do'),
    prune: z.array(PRUNED).optional().describe('tags that nothing selects any more; absent: nothing was pruned'),
    prune_refused: z.string().optional().describe('why nothing was pruned, though the job prunes'),
    totals: z.object({
      copied: count('images'),
      unchanged: count('images'),
      skipped: count('images that were not tried'),
      failed: count('images'),
      bytes: count('bytes moved'),
      pruned: count('tags removed'),
    }),
  })
  .describe('Report of skopeo-wrapper sync');

type SyncReportJson = z.input<typeof SYNC_REPORT>;

const imageJson = ({
  errorType,
  missingPlatforms,
  bytes,
  ...image
}: ImageReport): SyncReportJson['images'][number] => ({
  ...image,
  ...(missingPlatforms && { missing_platforms: [...missingPlatforms] }),
  ...defined({ error_type: errorType }),
  bytes: Math.round(bytes),
});

/** A report as `--json` and `--report FILE` show it. */
export const reportJson = (report: SyncReport): SyncReportJson => {
  const { version, job, exitCode, startedAt, durationSeconds, notRun, dropped, otherShards, prune, totals } = report;
  const { outcome, errorType } = resultOfReport(report);
  return {
    version,
    operation: 'sync',
    ...defined({ job }),
    outcome,
    exit_code: exitCode,
    ...defined({ error_type: errorType }),
    started_at: startedAt,
    duration_seconds: durationSeconds,
    ...defined({ not_run: notRun }),
    images: report.images.map(imageJson),
    failures: report.failures.map(failureJson),
    dropped,
    other_shards: otherShards,
    ...defined({ prune: prune && [...prune] }),
    ...defined({ prune_refused: report.pruneRefused }),
    totals: { ...totals, bytes: Math.round(totals.bytes) },
  };
};
