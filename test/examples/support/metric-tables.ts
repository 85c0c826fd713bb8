import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXAMPLES } from './rule-files.ts';

/** A row of the tables of metrics in a README: its name and the query that shows its use. */
export interface DocumentedMetric {
  readonly name: string;
  readonly query: string;
}

/** All metrics that a README of the examples describes, in order. */
export const documentedMetrics = async (readme: 'README.md' | 'README.ru.md'): Promise<DocumentedMetric[]> => {
  const text = await readFile(join(EXAMPLES, readme), 'utf8');
  const rows = text.matchAll(/^\| `(?<name>\w+)` \| .+ \| `(?<query>[^`]+)` \|$/gm);
  return [...rows].map(({ groups }) => ({ name: groups?.name ?? '', query: groups?.query ?? '' }));
};
