import type { Host } from '../../../host/host.ts';
import type { StateLocation } from '../files/directories.ts';
import { listState } from '../files/listing.ts';
import { readNewestAggregate } from '../reading/newest-aggregate.ts';
import { takeSnapshot } from '../reading/snapshot.ts';
import { type FoldResult, fold } from './fold.ts';
import { foldableRuns } from './next-aggregate.ts';

const LISTENER_INTERVAL_MS = 60_000;
const RUNS_BEFORE_EXIT_FOLDS = 32;

/** Folds at the exit of a command if more than 32 finished runs lie around; undefined: not worth it yet. */
export const foldAtExit = (location: StateLocation, host: Host): FoldResult | undefined => {
  const { runs, generations } = listState(location.stateDir);
  if (runs.length <= RUNS_BEFORE_EXIT_FOLDS) return undefined;
  const folded = new Set(readNewestAggregate(location.stateDir, generations)?.aggregate.folded);
  if (runs.filter((name) => !folded.has(name)).length <= RUNS_BEFORE_EXIT_FOLDS) return undefined;
  if (foldableRuns(takeSnapshot(location, host), host.clock.wallMs()).length <= RUNS_BEFORE_EXIT_FOLDS)
    return undefined;
  return fold(location, host);
};

/** What a listener calls after each scrape: folds at most once a minute. */
export interface PeriodicFold {
  /** Undefined: it is not time yet. */
  foldIfDue(): FoldResult | undefined;
}

/** Folding for a process that stays. */
export const createPeriodicFold = (location: StateLocation, host: Host): PeriodicFold => {
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    foldIfDue: () => {
      const nowMs = host.clock.monotonicMs();
      if (nowMs - lastMs < LISTENER_INTERVAL_MS) return undefined;
      lastMs = nowMs;
      return fold(location, host);
    },
  };
};
