import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from '../../../host/bounded-read.ts';
import { type Aggregate, decodeAggregate, EMPTY_AGGREGATE, MAX_AGGREGATE_BYTES } from '../files/aggregate.ts';
import { aggregateName, mayAggregate } from '../files/state-directory.ts';

/** The newest valid aggregate, and what is wrong with newer ones. */
export interface NewestAggregate {
  readonly aggregate: Aggregate;
  /** Its number; 0: there is none. */
  readonly generation: number;
  readonly faults: readonly AggregateFault[];
}

/** An aggregate that cannot be used: it is damaged, or from a user that is not trusted, or not readable for us. */
interface AggregateFault {
  readonly generation: number;
  readonly kind: 'damaged' | 'refused' | 'unreadable';
}

type Attempt =
  | { readonly kind: 'aggregate'; readonly aggregate: Aggregate }
  | { readonly kind: AggregateFault['kind'] | 'vanished' };

/**
 * Reads the newest valid aggregate of these numbers (newest first). Undefined: one vanished meanwhile, so that there
 * must be a newer one by now.
 */
export const readNewestAggregate = (stateDir: string, generations: readonly number[]): NewestAggregate | undefined => {
  const faults: AggregateFault[] = [];
  for (const generation of generations) {
    const attempt = readAggregate(stateDir, generation);
    if (attempt.kind === 'vanished') return undefined;
    if (attempt.kind === 'aggregate') return { aggregate: attempt.aggregate, generation, faults };
    faults.push({ generation, kind: attempt.kind });
  }
  return { aggregate: EMPTY_AGGREGATE, generation: 0, faults };
};

const readAggregate = (stateDir: string, generation: number): Attempt => {
  const file = readBounded(join(stateDir, aggregateName(generation)), MAX_AGGREGATE_BYTES);
  if (file.kind !== 'content') return { kind: file.kind };
  const directory = statSync(stateDir, { throwIfNoEntry: false });
  if (directory === undefined) return { kind: 'vanished' };
  if (!mayAggregate(directory, file.uid)) return { kind: 'refused' };
  const aggregate = decodeAggregate(file.bytes);
  return aggregate === undefined ? { kind: 'damaged' } : { kind: 'aggregate', aggregate };
};
