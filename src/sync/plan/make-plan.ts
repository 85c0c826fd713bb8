import { isDeepStrictEqual } from 'node:util';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import { checkImage } from '../check/check-image.ts';
import type { SyncMemory } from '../check/memory.ts';
import { readExtent } from '../check/read-extent.ts';
import type { SyncEntry, SyncJob } from '../job.ts';
import { withoutCollisions } from '../map/collisions.ts';
import type { RegistryLookup, SkopeoPort, SyncObserver } from '../ports.ts';
import { choosePrune } from '../prune/candidates.ts';
import { examinePrune } from '../prune/examine.ts';
import { withRetries } from '../run/with-retries.ts';
import { creationTimes } from './creation-times.ts';
import { destinationAccess } from './destination-access.ts';
import { greetDestinations } from './greet-destinations.ts';
import { mapLimited } from './map-limited.ts';
import type { Plan, PlannedImage, WantedImage } from './plan.ts';
import { type EntrySelection, type SelectEffects, selectEntry } from './select-entry.ts';
import { belongsTo, type Shard } from './shard.ts';

/** What planning needs from outside. */
export interface PlanEffects {
  readonly lookup: RegistryLookup;
  readonly skopeo: Pick<SkopeoPort, 'createdAt'>;
  readonly memory: SyncMemory;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** In [0, 1), for the jitter of delays. */
  readonly random: () => number;
  readonly observer?: SyncObserver;
}

export interface PlanOptions {
  readonly shard?: Shard;
  /** Check immutable tags too. */
  readonly verify?: boolean;
}

/** Questions under way at a time; the lookup itself limits them per registry. */
const QUESTIONS_AT_A_TIME = 64;

/** Asks again what a whole source hangs on: its tags, and the dates it is selected by. */
const selectEffects = (job: SyncJob, effects: PlanEffects): SelectEffects => {
  const { lookup, skopeo, signal, random, observer } = effects;
  const retrying = (errorType: ErrorType): void => observer?.retrying?.(errorType);
  const again = <T>(ask: () => Promise<T>): Promise<T> => withRetries(ask, job.retry, { signal, random, retrying });
  return {
    ...effects,
    lookup: { tags: (repository, access) => again(() => lookup.tags(repository, access, signal)) },
    creationTimes: creationTimes({
      ...effects,
      skopeo: { createdAt: (reference, access) => again(() => skopeo.createdAt(reference, access, signal)) },
    }),
  };
};

const checkAll = async (
  images: readonly WantedImage[],
  job: SyncJob,
  effects: PlanEffects,
): Promise<readonly PlannedImage[]> => {
  const { lookup, signal, observer } = effects;
  const access = destinationAccess(job);
  let done = 0;
  return mapLimited(images, QUESTIONS_AT_A_TIME, async (image) => {
    const planned = await checkImage(image, { ...effects, destinationAccess: access });
    const extent = planned.action === 'copy' ? await readExtent(planned, lookup, signal) : {};
    observer?.checked?.(++done, images.length);
    return { ...planned, ...extent };
  });
};

const prunePlan = async (
  job: SyncJob,
  wanted: readonly WantedImage[],
  failedSources: number,
  effects: PlanEffects,
  shard: Shard | undefined,
): Promise<Pick<Plan, 'prune'>> => {
  if (job.prune === undefined) return {};
  const { owned } = effects.memory;
  const choice = choosePrune({
    policy: job.prune,
    owned,
    wanted: new Set(wanted.map(({ destination }) => destination)),
    failedSources,
    ...(shard === undefined ? {} : { shard }),
  });
  if ('refused' in choice) return { prune: choice };
  const access = { ...effects, destinationAccess: destinationAccess(job) };
  return { prune: { verdicts: await examinePrune(choice.candidates, owned, access) } };
};

const withoutImmutable = (entry: SyncEntry): SyncEntry => ({ ...entry, immutable: [] });

/**
 * Finds out all that a job has to do and changes nothing: lists, selects, maps, takes this shard's part, and compares both
 * sides. What cannot be listed is a failure in the plan; what cannot be compared is copied.
 * @throws WrapperError `usage` when two sources have one destination, or an image cannot be mapped.
 */
export const makePlan = async (job: SyncJob, effects: PlanEffects, options: PlanOptions = {}): Promise<Plan> => {
  const entries = options.verify === true ? job.entries.map(withoutImmutable) : job.entries;
  const selecting = selectEffects(job, effects);
  greetDestinations(job, effects.lookup, effects.signal);
  const selections = await mapLimited(entries, QUESTIONS_AT_A_TIME, (entry) => selectEntry(entry, selecting));
  const found = selections.filter((one): one is Exclude<EntrySelection, { failure: unknown }> => 'images' in one);
  const wanted = withoutCollisions(
    found.flatMap(({ images }) => images),
    (a, b) => isDeepStrictEqual(a.entry.copy, b.entry.copy),
  );
  const failures = selections.flatMap((one) => ('failure' in one ? one.failure : []));
  const { shard } = options;
  const own = shard === undefined ? wanted : wanted.filter(({ destination }) => belongsTo(shard, destination));
  return {
    images: await checkAll(own, job, effects),
    dropped: selections.flatMap(({ dropped }) => dropped),
    failures,
    otherShards: wanted.length - own.length,
    ...(await prunePlan(job, wanted, failures.length, effects, shard)),
  };
};
