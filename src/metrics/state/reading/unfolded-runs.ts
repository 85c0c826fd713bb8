import { join } from 'node:path';
import { readBounded } from '../../../host/bounded-read.ts';
import type { Host } from '../../../host/host.ts';
import type { RunState } from '../../view.ts';
import type { Aggregate } from '../files/aggregate.ts';
import { parseRunRecord, type RunRecord } from '../files/run-record.ts';
import { MAX_RUN_FILE_BYTES, newestRecord } from '../files/slot-file.ts';
import type { StateLocation } from '../files/state-directory.ts';
import { judgeRun } from './liveness.ts';

/** A run that no aggregate contains yet. */
export interface UnfoldedRun {
  readonly name: string;
  readonly reading: RunReading;
  readonly spilled: boolean;
  readonly state: RunState;
}

/** Finished runs by name: they never change again. */
export type FinishedRuns = Map<string, UnfoldedRun>;

/** Where to search for runs: the names in the directories, and what was folded already. */
interface RunSource {
  readonly location: StateLocation;
  readonly host: Host;
  readonly names: readonly string[];
  readonly spilledNames: readonly string[];
  readonly aggregate: Aggregate;
}

/**
 * Reads all runs that are not folded yet, except those in `finished`, and decides their state. Undefined: a file has
 * vanished.
 */
export const readUnfoldedRuns = (source: RunSource, finished: FinishedRuns): readonly UnfoldedRun[] | undefined => {
  const { names, spilledNames, aggregate } = source;
  const folded = new Set([...aggregate.folded, ...Object.keys(aggregate.foldedSpills)]);
  const inSpill = new Set(spilledNames);
  const runs: UnfoldedRun[] = [];
  for (const name of new Set([...names, ...spilledNames].toSorted())) {
    if (folded.has(name)) continue;
    const run = finished.get(name) ?? readSettled(source, name, inSpill.has(name));
    if (run === undefined) return undefined;
    if (run.state === 'done') finished.set(name, run);
    runs.push(run);
  }
  return runs;
};

/**
 * A process may write its last record and end after its file was read and before the process is looked up. So a record
 * is that of a dead run only if it is still the same once the process is known to be gone.
 */
const readSettled = (source: RunSource, name: string, inSpill: boolean): UnfoldedRun | undefined => {
  let read = readRecord(source.location, name, inSpill);
  for (;;) {
    if (read === undefined) return undefined;
    const state = stateOf(read.reading, source.host);
    if (state !== 'dead') return { ...read, state };
    const again = readRecord(source.location, name, true);
    if (again !== undefined && seqOf(again.reading) === seqOf(read.reading)) return { ...again, state };
    read = again;
  }
};

/** A run that moved leaves its old file behind if that cannot be deleted; the later record counts. */
const readRecord = (
  { stateDir, spillDir }: StateLocation,
  name: string,
  inSpill: boolean,
): Omit<UnfoldedRun, 'state'> | undefined => {
  const original = readRun(stateDir, name);
  const spill = inSpill && spillDir !== undefined ? readRun(spillDir, name) : undefined;
  if (spill === undefined) return original && { name, reading: original, spilled: false };
  if (original === undefined || seqOf(spill) > seqOf(original)) return { name, reading: spill, spilled: true };
  return { name, reading: original, spilled: false };
};

const stateOf = (reading: RunReading, host: Host): RunState =>
  reading.kind === 'record' ? judgeRun(reading.record, host) : 'damaged';

const seqOf = (reading: RunReading): number => (reading.kind === 'record' ? reading.seq : 0);

/** The content of a run file, or the reason why it cannot be used. */
type RunReading =
  | {
      readonly kind: 'record';
      readonly record: RunRecord;
      readonly seq: number;
      /** Number of series of its totals that are not in our contract and do not count. */
      readonly rejectedSeries: number;
    }
  | { readonly kind: 'unusable'; readonly reason: 'damaged_run' | 'refused'; readonly modifiedMs: number }
  | { readonly kind: 'unreadable' };

const ATTEMPTS = 3;

/**
 * Reads a run file; undefined if it does not exist. It tries again before it calls the file damaged: a reader that is
 * interrupted while reading may miss both slots.
 */
const readRun = (directory: string, name: string): RunReading | undefined => {
  let reading: RunReading | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    reading = readOnce(join(directory, name));
    if (reading?.kind !== 'unusable' || reading.reason !== 'damaged_run') break;
  }
  return reading;
};

const readOnce = (path: string): RunReading | undefined => {
  const file = readBounded(path, MAX_RUN_FILE_BYTES);
  if (file.kind === 'vanished') return undefined;
  if (file.kind === 'unreadable') return { kind: 'unreadable' };
  const { modifiedMs } = file;
  if (file.kind === 'refused') return { kind: 'unusable', reason: 'refused', modifiedMs };
  const slot = newestRecord(file.bytes);
  if (slot === undefined) return { kind: 'unusable', reason: 'damaged_run', modifiedMs };
  const parsed = parseRunRecord(slot.json);
  if (!parsed.ok) return { kind: 'unusable', reason: parsed.reason, modifiedMs };
  const { record, rejectedSeries } = parsed;
  return { kind: 'record', record, seq: slot.seq, rejectedSeries };
};
