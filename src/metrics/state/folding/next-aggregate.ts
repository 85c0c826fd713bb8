import type { Host } from '../../../host/host.ts';
import { type Aggregate, addErrors } from '../files/aggregate.ts';
import { withoutOtherJobs, withoutOtherRuns } from '../reading/job-facts.ts';
import { mergeRuns } from '../reading/merge.ts';
import { aggregateErrors, type Snapshot } from '../reading/snapshot.ts';
import type { UnfoldedRun } from '../reading/unfolded-runs.ts';

export interface FoldOptions {
  /** Leave this job out of this and all later aggregates. */
  readonly forgetJob?: string;
}

/** The largest number of runs that one aggregate adds: their names must be kept until the next one. */
const MAX_RUNS = 20_000;
/** The next heartbeat of its process may still repair a damaged file, but not one that is older than this. */
const GIVE_UP_AFTER_MS = 3_600_000;
/** Another reader may see a spilled run again; the spill directory is empty after a reboot. */
const REMEMBER_SPILLS_MS = 30 * 24 * 3_600_000;

/** The next aggregate after a snapshot, and the number of runs that it adds; undefined if there is nothing to add. */
export const nextAggregate = (
  snapshot: Snapshot,
  host: Host,
  { forgetJob }: FoldOptions,
): { readonly aggregate: Aggregate; readonly runs: number } | undefined => {
  const nowMs = host.clock.wallMs();
  const runs = foldableRuns(snapshot, nowMs).slice(0, MAX_RUNS);
  if (runs.length === 0 && snapshot.newest.faults.length === 0 && forgetJob === undefined) return undefined;
  const merged = mergeRuns(snapshot.newest.aggregate, runs, nowMs / 1000);
  const jobs = merged.jobs.filter(({ jobName }) => jobName !== forgetJob);
  const aggregate = {
    totals: withoutOtherJobs(merged.totals, jobs),
    jobs,
    history: withoutOtherRuns(merged.history, jobs),
    errors: addErrors([merged.errors, aggregateErrors(snapshot)]),
    ...foldedNames(snapshot, runs, nowMs),
  };
  return { aggregate, runs: runs.length };
};

/** The runs to which no process will ever write again. */
export const foldableRuns = ({ runs }: Snapshot, nowMs: number): readonly UnfoldedRun[] =>
  runs.filter(({ state, reading }) => {
    if (state !== 'damaged') return state !== 'live';
    return reading.kind === 'unusable' && nowMs - reading.modifiedMs > GIVE_UP_AFTER_MS;
  });

/** A name stays on the list as long as a file may exist that must not be counted again. */
const foldedNames = (
  { newest, listing }: Snapshot,
  runs: readonly UnfoldedRun[],
  nowMs: number,
): Pick<Aggregate, 'folded' | 'foldedSpills'> => {
  const { folded, foldedSpills } = newest.aggregate;
  const present = new Set(listing.runs);
  const names = (spilled: boolean) => runs.filter((run) => run.spilled === spilled).map(({ name }) => name);
  const remembered = Object.entries(foldedSpills).filter(([, foldedMs]) => nowMs - foldedMs < REMEMBER_SPILLS_MS);
  return {
    folded: [...folded.filter((name) => present.has(name)), ...names(false)],
    foldedSpills: Object.fromEntries([...remembered, ...names(true).map((name) => [name, nowMs] as const)]),
  };
};
