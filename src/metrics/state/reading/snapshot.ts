import type { StateLocation } from '../files/directories.ts';
import { type Listing, listState, unreadableDirectory } from '../files/listing.ts';
import { type NewestAggregate, readNewestAggregate } from './newest-aggregate.ts';
import { type RunReading, readRun } from './run-reading.ts';
import type { StateErrors } from './state-errors.ts';

/** A run that no aggregate contains yet. */
export interface UnfoldedRun {
  readonly name: string;
  readonly reading: RunReading;
  readonly spilled: boolean;
}

/** One consistent look at a state directory: every run is either in the aggregate or among the runs, never in both. */
export interface Snapshot {
  readonly newest: NewestAggregate;
  readonly runs: readonly UnfoldedRun[];
  readonly listing: Listing;
  /** Names in the spill directory, folded ones included. */
  readonly spills: readonly string[];
}

/** Readings of finished runs by name: they never change again. */
export type FinishedRuns = Map<string, UnfoldedRun>;

const ATTEMPTS = 50;

/**
 * Looks at a state directory without a lock. Run files are deleted only two aggregates after the one that they were
 * folded into, so what was seen is consistent unless a file vanished or two newer aggregates appeared; then it starts
 * over. Remembers finished runs in `finished`. Throws WrapperError if the directory cannot be read.
 */
export const takeSnapshot = (location: StateLocation, finished: FinishedRuns): Snapshot => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const snapshot = tryOnce(location, finished);
    if (snapshot !== undefined) return snapshot;
  }
  throw unreadableDirectory(location.stateDir, 'its files keep changing');
};

const tryOnce = ({ stateDir, spillDir }: StateLocation, finished: FinishedRuns): Snapshot | undefined => {
  const listing = listState(stateDir);
  // After the state directory: a run moves from there to the spill directory, never back.
  const spills = spillDir === undefined ? [] : listOrNothing(spillDir);
  const newest = readNewestAggregate(stateDir, listing.generations);
  if (newest === undefined) return undefined;
  const runs = readRuns({ stateDir, spillDir, listing, spills, newest }, finished);
  if (runs === undefined || listState(stateDir).highest > newestAllowed(listing, newest)) return undefined;
  forgetAllBut(finished, runs);
  return { newest, runs, listing, spills };
};

/** One aggregate more deletes only what ours had folded, unless ours is not the one that it was built on. */
const newestAllowed = ({ highest }: Listing, { faults }: NewestAggregate): number =>
  faults.length > 0 ? highest : highest + 1;

/** What was wrong with aggregates newer than the one of this snapshot. */
export const aggregateErrors = ({ newest }: Snapshot): Partial<StateErrors> => {
  const count = (wanted: string) => newest.faults.filter(({ kind }) => kind === wanted).length;
  return { damaged_aggregate: count('damaged'), refused: count('refused'), unreadable: count('unreadable') };
};

interface Seen {
  readonly stateDir: string;
  readonly spillDir: string | undefined;
  readonly listing: Listing;
  readonly spills: readonly string[];
  readonly newest: NewestAggregate;
}

/** Undefined: a file vanished. */
const readRuns = (seen: Seen, finished: FinishedRuns): readonly UnfoldedRun[] | undefined => {
  const { folded, foldedSpills } = seen.newest.aggregate;
  const done = new Set([...folded, ...Object.keys(foldedSpills)]);
  const inState = new Set(seen.listing.runs);
  const inSpill = new Set(seen.spills);
  const runs: UnfoldedRun[] = [];
  for (const name of [...new Set([...inState, ...inSpill])].toSorted()) {
    if (done.has(name)) continue;
    const run = finished.get(name) ?? readFrom(seen, name, inState.has(name), inSpill.has(name));
    if (run === undefined) return undefined;
    if (run.reading.kind === 'record' && run.reading.record.state === 'done') finished.set(name, run);
    runs.push(run);
  }
  return runs;
};

/** A run that moved has left its old file behind if that could not be deleted; the later record counts. */
const readFrom = (seen: Seen, name: string, inState: boolean, inSpill: boolean): UnfoldedRun | undefined => {
  const original = inState ? readRun(seen.stateDir, name) : undefined;
  const spill = inSpill && seen.spillDir !== undefined ? readRun(seen.spillDir, name) : undefined;
  if (spill === undefined) return original && { name, reading: original, spilled: false };
  if (original === undefined || seqOf(spill) > seqOf(original)) return { name, reading: spill, spilled: true };
  return { name, reading: original, spilled: false };
};

const seqOf = (reading: RunReading): number => (reading.kind === 'record' ? reading.seq : 0);

/** A spill directory that cannot be read belongs to somebody else. */
const listOrNothing = (spillDir: string): readonly string[] => {
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
