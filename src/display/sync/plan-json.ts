import * as z from 'zod';
import { type ImageFailure, type Plan, type PlannedImage, planTotals } from '../../sync/plan.ts';
import { FAILURE, failureJson, MISSING_PLATFORMS } from './report-json.ts';

const count = (description: string) => z.int().nonnegative().describe(description);

const IMAGE_FAILURE = FAILURE.omit({ source: true });

/** One image of a plan as JSON, with everything that another machine needs to copy it by `--images -`. */
const imageJsonSchema = z.object({
  source: z.string(),
  destination: z.string(),
  action: z.enum(['copy', 'skip']).optional(),
  reason: z.string().optional().describe('why it is copied or skipped'),
  selected_because: z.string().optional(),
  digest: z.string().optional().describe("what the source's reference stands for now, where it was asked"),
  missing_platforms: MISSING_PLATFORMS.optional(),
  failure: IMAGE_FAILURE.optional().describe('why it cannot be copied, where the source has said so already'),
  bytes: z.number().optional().describe('of a copy; absent where finding out would have cost a pull'),
  pulls: z.number().optional().describe("what a copy counts for at the source's registry, where pulls are counted"),
});
type ImageJson = z.infer<typeof imageJsonSchema>;

const VERDICT = z.object({
  destination: z.string(),
  action: z.enum(['remove', 'keep', 'forget']),
  reason: z.string(),
});

/** What `sync --dry-run --json` and `--plan-only --json` print. Later versions may add fields, but change none. */
export const SYNC_PLAN = z
  .object({
    version: z.literal(1),
    totals: z.object({
      copy: count('images'),
      skip: count('images'),
      dropped: count('tags of the sources that are not wanted'),
      failed: count('sources'),
      failed_images: count('images that cannot be copied, as far as is known; not in `copy`'),
      bytes: count('distinct blobs per destination registry'),
      unknown_size: count('images whose size is not known'),
      pulls: z.record(z.string(), z.number()).describe('expected pulls per source registry that counts them'),
    }),
    images: z.array(imageJsonSchema),
    dropped: z.array(z.object({ source: z.string(), reason: z.string() })),
    failures: z.array(FAILURE),
    other_shards: count('images that other shards do'),
    prune: z
      .union([z.object({ verdicts: z.array(VERDICT) }), z.object({ refused: z.string() })])
      .optional()
      .describe('tags that nothing selects any more, or why none of them may be removed'),
  })
  .describe('Plan of skopeo-wrapper sync');

const bytesOf = ({ blobs }: PlannedImage): number | undefined =>
  blobs?.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);

const imageJson = (image: PlannedImage): ImageJson => ({
  source: image.source,
  destination: image.destination,
  action: image.action,
  reason: image.reason,
  selected_because: image.selectedBecause,
  digest: image.sourceDigest,
  missing_platforms: image.missingPlatforms && [...image.missingPlatforms],
  failure: image.failure && imageFailureJson(image.failure),
  bytes: image.action === 'copy' ? bytesOf(image) : undefined,
  pulls: image.pulls,
});

const imageFailureJson = ({ errorType, ...failure }: ImageFailure) => ({ ...failure, error_type: errorType });

/** A plan as the object behind `--dry-run --json` and `--plan-only --json`. */
export const planJson = (plan: Plan) => {
  const { unknownSize, failedImages, ...totals } = planTotals(plan);
  return {
    version: 1,
    totals: { ...totals, failed_images: failedImages, unknown_size: unknownSize },
    images: plan.images.map(imageJson),
    dropped: plan.dropped,
    failures: plan.failures.map(({ entry, ...failure }) => failureJson({ ...failure, source: entry.name })),
    other_shards: plan.otherShards,
    prune: plan.prune,
  };
};
