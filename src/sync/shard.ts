import { createHash } from 'node:crypto';
import type { Env } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';

/** One part of a plan that is split over `count` machines; `index` counts from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The variables in which batch systems give a task its number: index, count and first index. */
const ARRAYS = [
  { index: 'JOB_COMPLETION_INDEX' },
  { index: 'SLURM_ARRAY_TASK_ID', count: 'SLURM_ARRAY_TASK_COUNT', first: 'SLURM_ARRAY_TASK_MIN' },
  { index: 'NOMAD_ALLOC_INDEX' },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT' },
  { index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', offset: 1 },
  { index: 'BUILDKITE_PARALLEL_JOB', count: 'BUILDKITE_PARALLEL_JOB_COUNT' },
] as const satisfies readonly { index: string; count?: string; first?: string; offset?: number }[];

const HINT = 'Write INDEX/COUNT with INDEX from 0 to COUNT - 1, auto/COUNT or auto.';

const checked = (index: number, count: number, text: string): Shard => {
  const valid = Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 0 && index < count;
  if (!valid) throw usageError(`"${text}" is not a shard`, HINT);
  return { index, count };
};

const whole = (text: string | undefined): number =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;

const fromEnvironment = (text: string, count: string | undefined, environment: Env): Shard => {
  const array = ARRAYS.find((one) => environment[one.index] !== undefined);
  if (array === undefined) {
    const names = ARRAYS.map((one) => one.index).join(', ');
    throw usageError(`shard "${text}": no batch system tells the index of this task`, `One of ${names} must be set.`);
  }
  const first = 'first' in array ? whole(environment[array.first] ?? '0') : 0;
  const offset = 'offset' in array ? array.offset : first;
  const total = count ?? ('count' in array ? environment[array.count] : undefined);
  if (total === undefined)
    throw usageError(`shard "${text}": ${array.index} comes without a count`, 'Write auto/COUNT.');
  const index = whole(environment[array.index]) - offset;
  if (index >= whole(total)) {
    const value = `${array.index}=${environment[array.index]}`;
    throw usageError(
      `shard "${text}": ${value} is beyond the last of ${total} shards`,
      'Make COUNT the number of tasks.',
    );
  }
  return checked(index, whole(total), text);
};

/**
 * Reads `INDEX/COUNT`, or `auto/COUNT` and `auto` with the variables of Kubernetes Indexed Jobs, Slurm arrays, Nomad
 * groups, AWS Batch, Cloud Run, GitLab CI or Buildkite.
 * @throws WrapperError `usage` when it is not a shard, or the environment does not have the variables.
 */
export const parseShard = (text: string, environment: Env): Shard => {
  const match = /^(\d+|auto)(?:\/(\d+))?$/.exec(text);
  if (match === null) throw usageError(`"${text}" is not a shard`, HINT);
  const [, index = '', count] = match;
  return index === 'auto' ? fromEnvironment(text, count, environment) : checked(whole(index), whole(count), text);
};

/**
 * Whether an image belongs to a shard. Only a hash of the destination decides: with a given count every image is in
 * exactly one shard, and a new or removed image moves no other image to another shard.
 */
export const belongsTo = ({ index, count }: Shard, destination: string): boolean => {
  const hash = createHash('sha256').update(destination).digest();
  return hash.readUIntBE(0, 6) % count === index;
};
