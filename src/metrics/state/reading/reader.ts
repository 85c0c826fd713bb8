import { defined } from '../../../defined.ts';
import type { Host } from '../../../host/host.ts';
import { lastRuns } from '../../run-history.ts';
import { addTotals } from '../../totals.ts';
import type { LiveEntry, MetricsView, RunState } from '../../view.ts';
import { addErrors, maxErrors, NO_ERRORS, type StateErrors, type Sums } from '../files/aggregate.ts';
import type { StateLocation } from '../files/state-directory.ts';
import { mergeJobs } from './job-facts.ts';
import { nowForRecord } from './liveness.ts';
import { mergeRuns } from './merge.ts';
import { createProbe, type DirectoryProbe } from './probe.ts';
import { aggregateErrors, type Snapshot, takeSnapshot } from './snapshot.ts';
import type { UnfoldedRun } from './unfolded-runs.ts';

interface ReaderOptions {
  /** One or more state directories; their numbers are added up. */
  readonly locations: readonly StateLocation[];
  readonly host: Host;
  /** Also find out whether the directories accept files and how much space they have (listener). */
  readonly probe?: boolean;
}

/** Reads the merged view repeatedly, and remembers what cannot change. */
interface StateReader {
  /** The view of this moment. Throws WrapperError if a directory cannot be read at all. */
  read(): MetricsView;
}

/** The merged view of this moment, read once; see {@link StateReader.read}. */
export const readView = (options: ReaderOptions): MetricsView => createReader(options).read();

/** A reader for any number of views. */
export const createReader = ({ locations, host, probe = false }: ReaderOptions): StateReader => {
  const sources = locations.map((location) => ({
    location,
    finished: new Map<string, UnfoldedRun>(),
    probe: probe ? createProbe(location.stateDir, host.clock) : undefined,
  }));
  let seen: StateErrors = NO_ERRORS;
  return {
    read: () => {
      const startMs = host.clock.monotonicMs();
      const parts = sources.map(({ location, finished }) => readPart(takeSnapshot(location, host, finished), host));
      seen = maxErrors(seen, addErrors(parts.map(({ sums }) => sums.errors)));
      return {
        totals: addTotals(parts.map(({ sums }) => sums.totals)),
        live: parts.flatMap(({ runs }) => runs.flatMap((run) => liveEntries(run, host))),
        jobs: mergeJobs(parts.flatMap(({ sums }) => sums.jobs)),
        history: lastRuns(parts.flatMap(({ sums }) => sums.history)),
        state: {
          runs: countStates(parts.flatMap(({ runs }) => runs)),
          errors: seen,
          mergeSeconds: (host.clock.monotonicMs() - startMs) / 1000,
          ...probeAll(sources.flatMap((source) => source.probe ?? [])),
        },
      };
    },
  };
};

interface StatePart {
  readonly sums: Sums;
  readonly runs: readonly UnfoldedRun[];
}

const readPart = (snapshot: Snapshot, host: Host): StatePart => {
  const { newest, runs } = snapshot;
  const sums = mergeRuns(newest.aggregate, runs, host.clock.wallMs() / 1000);
  return { sums: { ...sums, errors: addErrors([sums.errors, aggregateErrors(snapshot)]) }, runs };
};

const liveEntries = ({ reading, state }: UnfoldedRun, host: Host): readonly LiveEntry[] => {
  if (state !== 'live' || reading.kind !== 'record') return [];
  const { record } = reading;
  const nowMs = nowForRecord(record, host);
  return record.live.map((live) => ({
    live,
    heartbeatWallMs: record.heartbeat.wallMs,
    nowMs,
    pid: record.identity.pid,
    ...defined({ jobName: record.job?.name }),
  }));
};

const countStates = (runs: readonly UnfoldedRun[]): Readonly<Record<RunState, number>> => {
  const counts = { live: 0, done: 0, dead: 0, damaged: 0 };
  for (const { state } of runs) counts[state]++;
  return counts;
};

/** Writable only if all directories are; free space is that of the fullest one. */
const probeAll = (probes: readonly DirectoryProbe[]): { writable?: boolean; freeBytes?: number } => {
  if (probes.length === 0) return {};
  const results = probes.map((directory) => directory.check());
  const free = results.flatMap(({ freeBytes }) => freeBytes ?? []);
  return {
    writable: results.every(({ writable }) => writable),
    ...(free.length === 0 ? {} : { freeBytes: Math.min(...free) }),
  };
};
