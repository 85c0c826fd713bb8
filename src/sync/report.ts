import { defined } from '../defined.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import type { FailureCause } from '../metrics/run-history.ts';
import { describeTermination, terminationOf } from '../operation/termination.ts';
import type { OperationResult } from '../tracking/events.ts';
import type { ErrorType, ImageOutcome } from '../tracking/vocabulary.ts';
import type { Plan, PruneRefusal } from './plan.ts';

/** The result of one image. */
export interface ImageReport {
  readonly source: string;
  readonly destination: string;
  /** Manifest digest at the destination, where known. */
  readonly digest?: string;
  readonly outcome: ImageOutcome;
  /** Why it was copied, skipped, or not tried. */
  readonly reason: string;
  /** Platforms that were requested and that the source does not have. */
  readonly missingPlatforms?: readonly string[];
  readonly errorType?: ErrorType;
  /** The message of the registry or of skopeo, without secrets. */
  readonly message?: string;
  readonly next?: string;
  /** Bytes moved by all attempts together. */
  readonly bytes: number;
  readonly seconds: number;
  readonly attempts: number;
}

/** A source from which nothing was copied, or pruning that was refused. */
export interface SourceFailure {
  /** What failed: `quay.io/coreos/etcd`, or `prune`. */
  readonly source: string;
  readonly errorType: ErrorType;
  readonly message: string;
  readonly next?: string;
}

/** A tag that pruning removed, or kept. */
export interface PruneReport {
  readonly destination: string;
  readonly outcome: 'removed' | 'kept' | 'failed';
  readonly reason: string;
}

/** What one run of sync did. */
export interface SyncReport {
  readonly version: 1;
  readonly job?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly exitCode: number;
  /** Why nothing was done at all. */
  readonly notRun?: string;
  readonly images: readonly ImageReport[];
  readonly failures: readonly SourceFailure[];
  readonly dropped: number;
  readonly otherShards: number;
  readonly prune?: readonly PruneReport[];
  /** Why a job that prunes did not prune at all. */
  readonly pruneRefused?: string;
  readonly totals: Readonly<Record<ImageOutcome, number>> & { readonly bytes: number; readonly pruned: number };
}

const countOf = (images: readonly ImageReport[], outcome: ImageOutcome): number =>
  images.filter((image) => image.outcome === outcome).length;

/** Sums over images. */
export const reportTotals = (
  images: readonly ImageReport[],
  prune: readonly PruneReport[] = [],
): SyncReport['totals'] => ({
  copied: countOf(images, 'copied'),
  unchanged: countOf(images, 'unchanged'),
  skipped: countOf(images, 'skipped'),
  failed: countOf(images, 'failed'),
  bytes: images.reduce((sum, { bytes }) => sum + bytes, 0),
  pruned: prune.filter(({ outcome }) => outcome === 'removed').length,
});

/** The report of a run that did nothing because another run is in progress. */
export const skippedRunReport = (job: string | undefined, startedAt: string): SyncReport => ({
  version: 1,
  ...defined({ job }),
  startedAt,
  durationSeconds: 0,
  exitCode: EXIT.success,
  notRun: 'another run of this job is under way',
  images: [],
  failures: [],
  dropped: 0,
  otherShards: 0,
  totals: reportTotals([]),
});

/** 0: everything is where it should be; 3: only a part of it; 1: nothing. */
export const exitCodeOf = (
  images: readonly ImageReport[],
  failures: readonly SourceFailure[],
  prune: readonly PruneReport[] = [],
): number => {
  const hasFailed = failures.length > 0 || prune.some(({ outcome }) => outcome === 'failed');
  const isAllDone = images.every(({ outcome }) => outcome === 'copied' || outcome === 'unchanged');
  if (isAllDone && !hasFailed) return EXIT.success;
  const isAnyDone = images.some(({ outcome }) => outcome === 'copied' || outcome === 'unchanged');
  return isAnyDone ? EXIT.partialFailure : EXIT.failure;
};

/** A run's report as the result of one operation, for metrics. */
export const resultOfReport = (report: SyncReport): OperationResult => {
  const failed = report.images.find(({ outcome }) => outcome === 'failed');
  const errorType = report.failures[0]?.errorType ?? failed?.errorType ?? 'partial_failure';
  return {
    operation: 'sync',
    source: '',
    destination: '',
    exitCode: report.exitCode,
    transferredBytes: report.totals.bytes,
    blobs: [],
    durationSeconds: report.durationSeconds,
    attempts: 1,
    ...(report.exitCode === 0
      ? { outcome: 'success' }
      : { outcome: 'error', errorType: report.exitCode === 3 ? 'partial_failure' : errorType }),
  };
};

/** Why a run failed: what most of its images failed with, unless a whole source did; absent after a success. */
export const causeOfReport = ({ exitCode, images, failures, prune = [] }: SyncReport): FailureCause | undefined => {
  if (exitCode === EXIT.success) return undefined;
  const failed = images.filter(({ outcome }) => outcome === 'failed');
  const { errorType, message, next } = failures[0] ?? mostCommon(failed) ?? { message: undefined };
  const unremoved = prune.find(({ outcome }) => outcome === 'failed');
  return {
    errorType: errorType ?? 'partial_failure',
    message: message ?? unremoved?.reason ?? 'not everything was copied: see the report',
    ...defined({ next }),
    failedImages: failed.length,
  };
};

/** The first image of the class that failed most often. */
const mostCommon = (failed: readonly ImageReport[]): ImageReport | undefined =>
  [...Map.groupBy(failed, ({ errorType }) => errorType).values()].toSorted((a, b) => b.length - a.length)[0]?.[0];

/** Why there is no plan: a signal or a time limit; absent where neither ended the run. */
export const stoppedBeforePlan = (signal: AbortSignal) => {
  const termination = terminationOf(signal);
  if (termination === undefined) return undefined;
  const { errorType, message, exitCode } = describeTermination(termination);
  return { errorType, message: `${message}, before the plan was made`, next: 'Run it again.', exitCode };
};

/** The sources from which nothing was copied, and what else of the plan failed. `refusal`: of pruning. */
export const sourceFailures = (
  { failures, isIncomplete = false }: Plan,
  refusal: PruneRefusal | undefined,
  signal: AbortSignal,
): readonly SourceFailure[] => {
  const stopped = isIncomplete ? stoppedBeforePlan(signal) : undefined;
  const { exitCode: _, ...noPlan } = stopped ?? { exitCode: 0 };
  return [
    ...('message' in noPlan ? [{ source: 'plan', ...noPlan }] : []),
    ...failures.map(({ entry, errorType, message, next }) => ({
      source: entry.name,
      errorType,
      message,
      ...defined({ next }),
    })),
    ...(refusal !== undefined && failures.length === 0
      ? [{ source: 'prune', errorType: 'prune_refused' as const, message: refusal.refused, next: refusal.next }]
      : []),
  ];
};
