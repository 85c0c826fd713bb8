import { hash } from 'node:crypto';
import { IS_NIGHT } from './sequences.ts';

/** Days since 1970; SKOPEO_WRAPPER_TEST_DAY brings the sample of another day back. */
export const day = (): number => Number(process.env.SKOPEO_WRAPPER_TEST_DAY ?? Math.floor(Date.now() / 86_400_000));

/**
 * At least `count` of the rows of a table, in the order of the table: each day the next ones of a shuffled list that is
 * always the same, until all have had their turn. At night all of them.
 */
export const sample = <T>(rows: readonly T[], count: number): T[] => {
  if (IS_NIGHT) return [...rows];
  const shuffled = rows.map((_, index) => index).sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  const days = Math.max(1, Math.floor(rows.length / count));
  const chosen = new Set(shuffled.filter((_, place) => place % days === day() % days));
  return rows.filter((_, index) => chosen.has(index));
};

const rank = (index: number): string => hash('sha256', String(index));
