import { readFileSync } from 'node:fs';

/** What one process, or all of them, have counted. */
export interface Counted {
  runs: number;
  copies: number;
  blobs: number;
  bytes: number;
  /** Copies in progress when the process died. */
  orphans: number;
}

export const NOTHING: Counted = { runs: 0, copies: 0, blobs: 0, bytes: 0, orphans: 0 };

/**
 * What a process has counted according to its journal: one possibility, or two if it was killed between announcing a
 * record and noting that it was stored.
 */
export const possibilities = (journal: string): readonly Counted[] => {
  const lines = readFileSync(journal, 'utf8').split('\n').filter(Boolean);
  const records = lines.filter((line) => line !== 'stored').map((line) => JSON.parse(line) as Counted);
  const last = records.at(-1) ?? NOTHING;
  return lines.at(-1) === 'stored' ? [last] : [last, records.at(-2) ?? NOTHING];
};

export const add = (a: Counted, b: Counted): Counted => ({
  runs: a.runs + b.runs,
  copies: a.copies + b.copies,
  blobs: a.blobs + b.blobs,
  bytes: a.bytes + b.bytes,
  orphans: a.orphans + b.orphans,
});

/** All sums that the journals of all processes allow. */
export const possibleSums = (processes: readonly (readonly Counted[])[]): readonly Counted[] =>
  processes.reduce<readonly Counted[]>(
    (sums, choices) => sums.flatMap((sum) => choices.map((choice) => add(sum, choice))),
    [NOTHING],
  );
