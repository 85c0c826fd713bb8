import { linkSync, lstatSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, tryTo } from '../../../errors/system-error.ts';
import type { Host } from '../../../host/host.ts';
import { type Aggregate, encodeAggregate } from '../files/aggregate.ts';
import { flushDirectory, writeTemporary } from '../files/durable-write.ts';
import {
  aggregateName,
  listState,
  mayAggregate,
  quarantineName,
  type StateLocation,
} from '../files/state-directory.ts';
import { readNewestAggregate } from '../reading/newest-aggregate.ts';
import { readView } from '../reading/reader.ts';
import { type Snapshot, takeSnapshot } from '../reading/snapshot.ts';
import { type FoldOptions, foldableRuns, nextAggregate } from './next-aggregate.ts';

/** The result of an attempt to fold. */
type FoldResult =
  | { readonly outcome: 'folded'; readonly runs: number }
  | { readonly outcome: 'nothing' }
  /** Other processes were faster several times in a row. */
  | { readonly outcome: 'contended' }
  /** The directory cannot take a new aggregate; nothing has changed. */
  | { readonly outcome: 'refused'; readonly reason: RefusalReason; readonly code?: string };

type RefusalReason = 'not_trusted' | 'no_hard_links' | 'not_writable';

const ATTEMPTS = 5;
/** The errors of link(2) where a file system has no hard links. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Adds finished runs to a new aggregate, then deletes the files that the aggregate before it had folded. link(2)
 * creates the new aggregate under its number only if no other process was faster. So there is no lock, and a process
 * may be killed at any point here. Throws WrapperError if the directory cannot be read.
 */
export const fold = (location: StateLocation, host: Host, options: FoldOptions = {}): FoldResult => {
  const directory = statSync(location.stateDir, { throwIfNoEntry: false });
  if (directory === undefined) return { outcome: 'nothing' };
  if (!mayAggregate(directory, host.identity.uid)) return { outcome: 'refused', reason: 'not_trusted' };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const result = tryFold(location, host, options);
    if (result === 'contended') continue;
    sweep(location, host.clock.wallMs());
    return result;
  }
  return { outcome: 'contended' };
};

const tryFold = (location: StateLocation, host: Host, options: FoldOptions): FoldResult | 'contended' => {
  const snapshot = takeSnapshot(location, host);
  const next = nextAggregate(snapshot, host, options);
  if (next === undefined) return { outcome: 'nothing' };
  const published = publish(location.stateDir, snapshot.listing.highest + 1, next.aggregate);
  if (published !== 'published') return published;
  deleteFolded(location, snapshot);
  return { outcome: 'folded', runs: next.runs };
};

const publish = (
  stateDir: string,
  generation: number,
  aggregate: Aggregate,
): 'published' | 'contended' | (FoldResult & { outcome: 'refused' }) => {
  const target = join(stateDir, aggregateName(generation));
  let temporary: string | undefined;
  try {
    temporary = writeTemporary(stateDir, encodeAggregate(aggregate));
    linkSync(temporary, target);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return 'contended';
    const noLinks = temporary !== undefined && NO_HARD_LINKS.has(code);
    return { outcome: 'refused', reason: noLinks ? 'no_hard_links' : 'not_writable', code };
  } finally {
    if (temporary !== undefined) unlinkIfPossible(temporary);
  }
  // We were stopped for so long that other processes have written this number and later ones: theirs count.
  if (listState(stateDir).highest > generation) {
    unlinkIfPossible(target);
    return 'contended';
  }
  tryTo(() => flushDirectory(stateDir));
  return 'published';
};

/** Deletes the runs that the previous aggregate had folded, and all older aggregates; damaged ones are kept aside. */
const deleteFolded = ({ stateDir, spillDir }: StateLocation, { newest, listing, spilledNames }: Snapshot): void => {
  const { folded, foldedSpills } = newest.aggregate;
  const over = new Set([...folded, ...Object.keys(foldedSpills)]);
  for (const name of listing.runs) if (over.has(name)) unlinkIfPossible(join(stateDir, name));
  for (const name of spilledNames) if (spillDir !== undefined && over.has(name)) unlinkIfPossible(join(spillDir, name));
  const damaged = new Set(newest.faults.flatMap(({ kind, generation }) => (kind === 'unreadable' ? [] : generation)));
  for (const generation of listing.generations) {
    const path = join(stateDir, aggregateName(generation));
    if (damaged.has(generation)) tryTo(() => renameSync(path, join(stateDir, quarantineName(generation))));
    else if (generation < newest.generation) unlinkIfPossible(path);
  }
};

/** What cannot be deleted stays on the list of folded runs and is deleted later. */
const unlinkIfPossible = (path: string): void => tryTo(() => unlinkSync(path));

const TEMPORARY_MAX_AGE_MS = 3_600_000;
/** Long enough for somebody to examine a damaged file. */
const QUARANTINED_MAX_AGE_MS = 30 * 24 * 3_600_000;

/** Deletes what killed processes have left behind: unfinished files after an hour, quarantined ones after 30 days. */
const sweep = ({ stateDir, spillDir }: StateLocation, nowMs: number): void => {
  for (const directory of spillDir === undefined ? [stateDir] : [stateDir, spillDir]) {
    const { temporary, quarantined } = listOrNothing(directory);
    for (const name of temporary) removeIfOlder(join(directory, name), nowMs - TEMPORARY_MAX_AGE_MS);
    for (const name of quarantined) removeIfOlder(join(directory, name), nowMs - QUARANTINED_MAX_AGE_MS);
  }
};

const listOrNothing = (directory: string): Pick<ReturnType<typeof listState>, 'temporary' | 'quarantined'> => {
  try {
    return listState(directory);
  } catch {
    return { temporary: [], quarantined: [] };
  }
};

const removeIfOlder = (path: string, beforeMs: number): void => {
  tryTo(() => {
    if (lstatSync(path).mtimeMs < beforeMs) unlinkSync(path);
  });
};

/**
 * Forgets a job: its facts and its run counts. If a run of it is in progress, the job comes back when that run ends.
 * Undefined: there is no such job. Throws WrapperError if the directory cannot be read.
 */
export const forgetJob = (location: StateLocation, host: Host, jobName: string): FoldResult | undefined => {
  const known = readView({ locations: [location], host }).jobs.some((job) => job.jobName === jobName);
  return known ? fold(location, host, { forgetJob: jobName }) : undefined;
};

const LISTENER_INTERVAL_MS = 60_000;
const RUNS_BEFORE_EXIT_FOLDS = 32;

/** Folds at the exit of a command if there are more than 32 finished runs; undefined: there are too few. */
export const foldAtExit = (location: StateLocation, host: Host): FoldResult | undefined => {
  const { runs, generations } = listState(location.stateDir);
  if (runs.length <= RUNS_BEFORE_EXIT_FOLDS) return undefined;
  const folded = new Set(readNewestAggregate(location.stateDir, generations)?.aggregate.folded);
  if (runs.filter((name) => !folded.has(name)).length <= RUNS_BEFORE_EXIT_FOLDS) return undefined;
  if (foldableRuns(takeSnapshot(location, host), host.clock.wallMs()).length <= RUNS_BEFORE_EXIT_FOLDS)
    return undefined;
  return fold(location, host);
};

/** A listener calls this after each scrape; it folds at most once a minute. */
interface PeriodicFold {
  /** Undefined: less than a minute has passed. */
  foldIfDue(): FoldResult | undefined;
}

/** Folding for a process that keeps running. */
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
