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

const add = (a: Counted, b: Counted, sign: 1 | -1 = 1): Counted => ({
  runs: a.runs + sign * b.runs,
  copies: a.copies + sign * b.copies,
  blobs: a.blobs + sign * b.blobs,
  bytes: a.bytes + sign * b.bytes,
  orphans: a.orphans + sign * b.orphans,
});

/** All different sums that the journals of these processes allow, by their JSON. */
const possibleSums = (processes: readonly (readonly Counted[])[]): ReadonlyMap<string, Counted> => {
  let sums = new Map([[JSON.stringify(NOTHING), NOTHING]]);
  for (const choices of processes) {
    const next = [...sums.values()].flatMap((sum) => choices.map((choice) => add(sum, choice)));
    sums = new Map(next.map((sum) => [JSON.stringify(sum), sum]));
  }
  return sums;
};

/**
 * Whether the journals of all processes allow exactly this sum. Looks from both ends, since the number of possible sums
 * doubles with each process that leaves two possibilities.
 */
export const isPossible = (counted: Counted, processes: readonly (readonly Counted[])[]): boolean => {
  const inOrder = processes.toSorted((a, b) => a.length - b.length);
  const even = possibleSums(inOrder.filter((_, index) => index % 2 === 0));
  const odd = possibleSums(inOrder.filter((_, index) => index % 2 === 1));
  return [...even.values()].some((sum) => odd.has(JSON.stringify(add(counted, sum, -1))));
};
