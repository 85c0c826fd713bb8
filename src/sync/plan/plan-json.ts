import * as z from 'zod';
import type { Plan, PlannedImage } from './plan.ts';
import { planTotals } from './totals.ts';

/** One image of a plan as JSON: enough for another machine to do it with `--images -`. */
export const imageJsonSchema = z.object({
  source: z.string(),
  destination: z.string(),
  action: z.enum(['copy', 'skip']).optional(),
  reason: z.string().optional(),
  selectedBecause: z.string().optional(),
  digest: z.string().optional(),
  bytes: z.number().optional(),
  pulls: z.number().optional(),
});
export type ImageJson = z.infer<typeof imageJsonSchema>;

const bytesOf = ({ blobs }: PlannedImage): number | undefined =>
  blobs?.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);

const imageJson = (image: PlannedImage): ImageJson => ({
  source: image.source,
  destination: image.destination,
  action: image.action,
  reason: image.reason,
  selectedBecause: image.selectedBecause,
  digest: image.sourceDigest,
  bytes: image.action === 'copy' ? bytesOf(image) : undefined,
  pulls: image.pulls,
});

/** A plan as the object behind `--dry-run --json` and `--plan-only --json`. */
export const planJson = (plan: Plan) => ({
  version: 1,
  totals: planTotals(plan),
  images: plan.images.map(imageJson),
  dropped: plan.dropped,
  failures: plan.failures.map(({ entry, errorType, message, next }) => ({
    source: entry.name,
    errorType,
    message,
    next,
  })),
  otherShards: plan.otherShards,
  prune: plan.prune,
});
