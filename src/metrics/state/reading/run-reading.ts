import { join } from 'node:path';
import { readBounded } from '../files/bounded-read.ts';
import { parseRunRecord, type RunRecord } from '../files/run-record.ts';
import { MAX_RUN_FILE_BYTES, newestRecord } from '../files/slot-file.ts';

/** What a run file says, or why it says nothing. */
export type RunReading =
  | {
      readonly kind: 'record';
      readonly record: RunRecord;
      readonly seq: number;
      /** Series of its totals that are not ours and do not count. */
      readonly rejectedSeries: number;
    }
  | { readonly kind: 'unusable'; readonly reason: 'damaged_run' | 'refused'; readonly modifiedMs: number }
  | { readonly kind: 'unreadable' };

const ATTEMPTS = 3;

/**
 * Reads a run file; undefined if it is not there. Tries again before calling it damaged: a reader that is interrupted
 * in mid-read may miss both slots.
 */
export const readRun = (directory: string, name: string): RunReading | undefined => {
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
