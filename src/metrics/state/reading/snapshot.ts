import type { Host } from '../../../host/host.ts';
import type { StateErrors } from '../files/aggregate.ts';
import { type Listing, listState, type StateLocation, unreadableDirectory } from '../files/state-directory.ts';
import { type NewestAggregate, readNewestAggregate } from './newest-aggregate.ts';
import { type FinishedRuns, readUnfoldedRuns, type UnfoldedRun } from './unfolded-runs.ts';

/** One consistent view of a state directory: every run is either in the aggregate or among the runs, never in both. */
export interface Snapshot {
  readonly newest: NewestAggregate;
  readonly runs: readonly UnfoldedRun[];
  readonly listing: Listing;
  /** Names in the spill directory, including folded ones. */
  readonly spilledNames: readonly string[];
}

const ATTEMPTS = 50;

/**
 * Reads a state directory without a lock. Run files are deleted only two aggregates after they were folded; so the
 * result is consistent unless a file vanished or two newer aggregates appeared. Then it starts again. Remembers
 * finished runs in `finished`. Throws WrapperError if the directory cannot be read.
 */
export const takeSnapshot = (location: StateLocation, host: Host, finished: FinishedRuns = new Map()): Snapshot => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const snapshot = tryOnce(location, host, finished);
    if (snapshot === undefined) continue;
    forgetAllBut(finished, snapshot.runs);
    return snapshot;
  }
  throw unreadableDirectory(location.stateDir, 'its files keep changing');
};

const tryOnce = (location: StateLocation, host: Host, finished: FinishedRuns): Snapshot | undefined => {
  const { stateDir, spillDir } = location;
  const listing = listState(stateDir);
  // After the state directory: a run moves from there to the spill directory, never back.
  const spilledNames = spillDir === undefined ? [] : runsIfReadable(spillDir);
  const newest = readNewestAggregate(stateDir, listing.generations);
  if (newest === undefined) return undefined;
  const { aggregate } = newest;
  const runs = readUnfoldedRuns({ location, host, names: listing.runs, spilledNames, aggregate }, finished);
  if (runs === undefined || listState(stateDir).highest > newestAllowed(listing, newest)) return undefined;
  return { newest, runs, listing, spilledNames };
};

/** One further aggregate deletes only what ours had folded, unless it was built on another one. */
const newestAllowed = ({ highest }: Listing, { faults }: NewestAggregate): number =>
  faults.length > 0 ? highest : highest + 1;

/** The errors of aggregates that are newer than the one of this snapshot. */
export const aggregateErrors = ({ newest }: Snapshot): Partial<StateErrors> => {
  const count = (wanted: string) => newest.faults.filter(({ kind }) => kind === wanted).length;
  return { damaged_aggregate: count('damaged'), refused: count('refused'), unreadable: count('unreadable') };
};

/** A spill directory that cannot be read belongs to another user. */
const runsIfReadable = (spillDir: string): readonly string[] => {
  try {
    return listState(spillDir).runs;
  } catch {
    return [];
  }
};

const forgetAllBut = (finished: FinishedRuns, runs: readonly UnfoldedRun[]): void => {
  const names = new Set(runs.map(({ name }) => name));
  for (const name of finished.keys()) {
    if (!names.has(name)) finished.delete(name);
  }
};
