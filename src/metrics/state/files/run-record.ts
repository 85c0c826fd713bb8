import * as z from 'zod';
import { processIdentitySchema } from '../../../host/identity.ts';
import { parseJson } from '../../../text/json.ts';
import type { LiveOperation } from '../../../tracking/live-operation.ts';
import { OPERATIONS, STEPS } from '../../../tracking/vocabulary.ts';
import { JOB_NAME, SHORT_REFERENCE } from '../../contract/definition.ts';
import { failureCauseSchema, runSubjectSchema } from '../../run-history.ts';
import type { Totals } from '../../view.ts';
import { acceptTotals } from './accepted-totals.ts';

const MAX_LIVE_OPERATIONS = 1000;

const amount = z.number().nonnegative();
const time = z.number();
const short = z.string().regex(SHORT_REFERENCE.pattern);

const liveOperation = z.object({
  operation: z.enum(OPERATIONS),
  sourceShort: short,
  destinationShort: short,
  step: z.enum(STEPS),
  startedMs: time,
  lastProgressMs: time,
  blobsFinished: amount,
  percent: z.number().min(0).max(100).exactOptional(),
  transferredBytes: amount,
  expectedBytes: amount.exactOptional(),
  throughputBytesPerSecond: amount,
  etaSeconds: amount.exactOptional(),
  queued: amount.exactOptional(),
  part: z.literal(true).exactOptional(),
});

const runRecord = z.object({
  identity: processIdentitySchema,
  state: z.enum(['live', 'done']),
  started: z.object({ wallMs: time, monotonicMs: time }),
  heartbeat: z.object({ wallMs: time, monotonicMs: time }),
  heartbeatIntervalMs: amount,
  job: z.object({ name: z.string().regex(JOB_NAME.pattern), maxAgeSeconds: amount }).exactOptional(),
  /** How the run ended; only with `state: 'done'`. */
  outcome: z
    .object({
      exitCode: z.int().min(0).max(255),
      durationSeconds: amount,
      success: z.boolean(),
      subject: runSubjectSchema.exactOptional(),
      cause: failureCauseSchema.exactOptional(),
    })
    .exactOptional(),
  live: z.array(liveOperation).max(MAX_LIVE_OPERATIONS),
  totals: z.unknown(),
});

/** The record in the run file of a process: its identity, what it has counted, what it is doing now. */
export type RunRecord = Readonly<Omit<z.infer<typeof runRecord>, 'totals' | 'live'>> & {
  readonly totals: Totals;
  readonly live: readonly LiveOperation[];
};

/**
 * A record that was read, or the reason why it cannot be used: it is not a record, or it has more series than we count,
 * or others.
 */
type ParsedRecord =
  | { readonly ok: true; readonly record: RunRecord; readonly rejectedSeries: number }
  | { readonly ok: false; readonly reason: 'damaged_run' | 'refused' };

/** Checks a record that another user may have written; unknown metrics and label values are left out of its totals. */
export const parseRunRecord = (json: string): ParsedRecord => {
  const parsed = parseJson(json, runRecord);
  if (parsed === undefined) return { ok: false, reason: 'damaged_run' };
  const accepted = acceptTotals(parsed.totals, 'run');
  if (accepted === undefined) return { ok: false, reason: 'refused' };
  return { ok: true, record: { ...parsed, totals: accepted.totals }, rejectedSeries: accepted.rejected };
};
