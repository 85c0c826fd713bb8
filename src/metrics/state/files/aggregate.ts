import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../../../text/json.ts';
import { type FinishedRun, finishedRunSchema } from '../../run-history.ts';
import { NO_TOTALS } from '../../totals.ts';
import { type JobFacts, STATE_ERROR_REASONS, type StateErrorReason, type Totals } from '../../view.ts';
import { acceptTotals } from './accepted-totals.ts';

/** How often a state file could not be used, or was in the spill directory, by reason. */
export type StateErrors = Readonly<Record<StateErrorReason, number>>;

export const NO_ERRORS: StateErrors = { damaged_run: 0, damaged_aggregate: 0, unreadable: 0, refused: 0, spilled: 0 };

/** Adds errors up by reason. */
export const addErrors = (parts: readonly Partial<StateErrors>[]): StateErrors =>
  mapErrors((reason) => parts.reduce((sum, part) => sum + (part[reason] ?? 0), 0));

/** The larger count of each reason. */
export const maxErrors = (a: StateErrors, b: StateErrors): StateErrors =>
  mapErrors((reason) => Math.max(a[reason], b[reason]));

const mapErrors = (count: (reason: StateErrorReason) => number): StateErrors => {
  const errors = { ...NO_ERRORS };
  for (const reason of STATE_ERROR_REASONS) errors[reason] = count(reason);
  return errors;
};

/** The sums over many runs. */
export interface Sums {
  readonly totals: Totals;
  readonly jobs: readonly JobFacts[];
  /** The last runs, latest first. */
  readonly history: readonly FinishedRun[];
  readonly errors: StateErrors;
}

/** The sums of all runs folded so far, and the names of those whose files may still exist. */
export interface Aggregate extends Sums {
  readonly folded: readonly string[];
  /** Names of folded runs that lay in a spill directory, with the time of folding (wall milliseconds). */
  readonly foldedSpills: Readonly<Record<string, number>>;
}

export const EMPTY_AGGREGATE: Aggregate = {
  totals: NO_TOTALS,
  jobs: [],
  history: [],
  errors: NO_ERRORS,
  folded: [],
  foldedSpills: {},
};

/** An aggregate has some 1700 series and the names of the last folded runs; this is enough for 400,000 names. */
export const MAX_AGGREGATE_BYTES = 16 * 1024 * 1024;

const MAGIC = 'SKWAGG1';
const HEADER_BYTES = MAGIC.length + 1 + 64 + 1;

const amount = z.number().nonnegative();
const count = z.int().nonnegative();

const aggregateSchema = z.object({
  totals: z.unknown(),
  jobs: z.array(
    z.object({
      jobName: z.string().max(64),
      lastSuccessSeconds: amount,
      lastFailureSeconds: amount,
      lastRunSeconds: amount,
      lastDurationSeconds: amount,
      lastExitCode: count,
      maxAgeSeconds: amount,
    }),
  ),
  history: z.array(finishedRunSchema).catch([]),
  errors: z.object({ damaged_run: count, damaged_aggregate: count, unreadable: count, refused: count, spilled: count }),
  folded: z.array(z.string()),
  foldedSpills: z.record(z.string(), amount),
});

/** The file: `SKWAGG1 <sha256 of the rest>`, then JSON. */
export const encodeAggregate = (aggregate: Aggregate): string => {
  const json = JSON.stringify(aggregate);
  return `${MAGIC} ${sha256(json)}\n${json}`;
};

/**
 * The aggregate in a file; undefined if the file is damaged. A histogram with buckets of another version starts at
 * zero, which counts as an error.
 */
export const decodeAggregate = (file: Buffer): Aggregate | undefined => {
  const body = file.subarray(HEADER_BYTES);
  if (file.toString('latin1', 0, HEADER_BYTES) !== `${MAGIC} ${sha256(body)}\n`) return undefined;
  const parsed = parseJson(body, aggregateSchema);
  if (parsed === undefined) return undefined;
  const accepted = acceptTotals(parsed.totals, 'aggregate');
  if (accepted === undefined) return undefined;
  const { errors } = parsed;
  const damaged = errors.damaged_aggregate + (accepted.rejected > 0 ? 1 : 0);
  return { ...parsed, totals: accepted.totals, errors: { ...errors, damaged_aggregate: damaged } };
};

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
