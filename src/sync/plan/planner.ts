import { isDeepStrictEqual } from 'node:util';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { failureClass } from '../../skopeo/failure/classify.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import { checkImage, uncompared } from '../check/check-image.ts';
import type { SyncMemory } from '../check/memory.ts';
import { readExtent } from '../check/read-extent.ts';
import type { SyncEntry, SyncJob } from '../job.ts';
import { withoutCollisions } from '../map/collisions.ts';
import type { RegistryLookup, SkopeoPort, SyncObserver } from '../ports.ts';
import { planPrune } from '../prune/plan-prune.ts';
import { isRateLimited } from '../registry/pauses.ts';
import { withRetries } from '../run/with-retries.ts';
import { creationTimes } from './creation-times.ts';
import { destinationAccess } from './destination-access.ts';
import { greetDestinations } from './greet-destinations.ts';
import { mapLimited } from './map-limited.ts';
import type { FailedEntry, Plan, PlannedImage, PrunePlan, WantedImage } from './plan.ts';
import { type EntrySelection, notListed, type SelectEffects, selectEntry } from './select-entry.ts';
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

/** Entries that are still to be listed, and images to be compared. */
interface Work {
  readonly entries: readonly SyncEntry[];
  readonly images: readonly WantedImage[];
}

/** Questions under way at a time; the lookup itself limits them per registry. */
const QUESTIONS_AT_A_TIME = 64;

const NOTHING: Work = { entries: [], images: [] };

const NOT_LISTED: Omit<FailedEntry, 'entry'> = {
  errorType: 'rate_limited',
  message: 'the registry limits the rate, and the run ended before it could be asked again',
  next: failureClass('rate_limited').next({}),
};

const PUT_OFF = Symbol('to be asked again later');

const isDone = <T>(result: T | typeof PUT_OFF): result is T => result !== PUT_OFF;

const putOffOf = <T, R>(items: readonly T[], results: readonly (R | typeof PUT_OFF)[]): readonly T[] =>
  items.filter((_, index) => results[index] === PUT_OFF);

const withoutImmutable = (entry: SyncEntry): SyncEntry => ({ ...entry, immutable: [] });

/**
 * Finds out all that a job has to do and changes nothing: lists, selects, maps, takes this shard's part, and compares both
 * sides. What cannot be listed is a failure in the plan; what cannot be compared is copied. A registry that asks to be left
 * in peace for a while holds up nothing but itself: what hangs on it is planned later.
 */
export class Planner {
  readonly #job: SyncJob;
  readonly #effects: PlanEffects;
  readonly #shard: Shard | undefined;
  readonly #access: ReturnType<typeof destinationAccess>;
  /** Selected so far, of all shards. */
  #wanted: readonly WantedImage[] = [];
  #putOff: Work;
  #failedSources = 0;
  #checked = 0;
  #toCheck = 0;

  constructor(job: SyncJob, effects: PlanEffects, { shard, verify = false }: PlanOptions = {}) {
    this.#job = job;
    this.#effects = effects;
    this.#shard = shard;
    this.#access = destinationAccess(job);
    this.#putOff = { entries: verify ? job.entries.map(withoutImmutable) : job.entries, images: [] };
  }

  /** Something hangs on a registry that asked to wait. */
  get hasRest(): boolean {
    return this.#putOff.entries.length + this.#putOff.images.length > 0;
  }

  /**
   * Plans all that can be planned at once.
   * @throws WrapperError `usage` when two sources have one destination, or an image cannot be mapped.
   */
  async now(): Promise<Plan> {
    greetDestinations(this.#job, this.#effects.lookup, this.#effects.signal);
    return this.#plan(false);
  }

  /** Plans the rest, waiting for registries as long as they ask for and the job's retries allow. */
  async rest(): Promise<Plan> {
    try {
      return await this.#plan(true);
    } catch (error) {
      if (!(error instanceof WrapperError) || this.#effects.signal.aborted) throw error;
      const { errorType, message, next } = error;
      // Others are copied already: too late to refuse the job.
      return this.giveUpRest({ errorType, message, ...(next === undefined ? {} : { next }) });
    }
  }

  /** The rest as it is when nobody waits for it: not compared, and failed where not even listed. */
  giveUpRest(failure: Omit<FailedEntry, 'entry'> = NOT_LISTED): Plan {
    const { entries, images } = this.#putOff;
    this.#putOff = NOTHING;
    this.#failedSources += entries.length;
    return {
      images: images.map((image) => ({ ...image, action: 'copy', reason: 'not compared' })),
      dropped: [],
      failures: entries.map((entry) => ({ entry, ...failure })),
      otherShards: 0,
    };
  }

  /** What prune would do, when everything else is planned; absent when the job does not prune. */
  async prune(): Promise<PrunePlan | undefined> {
    if (this.#job.prune === undefined) return undefined;
    const wanted = new Set(this.#wanted.map(({ destination }) => destination));
    const subject = { policy: this.#job.prune, wanted, failedSources: this.#failedSources, shard: this.#shard };
    return planPrune(subject, { ...this.#effects, destinationAccess: this.#access });
  }

  async #plan(isPatient: boolean): Promise<Plan> {
    const { entries, images } = this.#putOff;
    const selections = await this.#select(entries, isPatient);
    const done = selections.filter(isDone);
    const failures = done.flatMap((one) => ('failure' in one ? one.failure : []));
    const earlier = this.#wanted.length;
    this.#wanted = withoutCollisions(
      [...this.#wanted, ...done.flatMap((one) => ('images' in one ? one.images : []))],
      (a, b) => isDeepStrictEqual(a.entry.copy, b.entry.copy),
    );
    const added = this.#wanted.slice(earlier);
    const own = added.filter(({ destination }) => this.#shard === undefined || belongsTo(this.#shard, destination));
    const toCheck = [...images, ...own];
    this.#toCheck += own.length;
    const checked = await this.#check(toCheck, isPatient);
    this.#failedSources += failures.length;
    this.#putOff = { entries: putOffOf(entries, selections), images: putOffOf(toCheck, checked) };
    return {
      images: checked.filter(isDone),
      dropped: done.flatMap(({ dropped }) => dropped),
      failures,
      otherShards: added.length - own.length,
    };
  }

  async #select(entries: readonly SyncEntry[], isPatient: boolean): Promise<(EntrySelection | typeof PUT_OFF)[]> {
    const effects = this.#selectEffects();
    return mapLimited(entries, QUESTIONS_AT_A_TIME, (entry) =>
      this.#ask(
        () => selectEntry(entry, effects),
        isPatient,
        (error) => notListed(entry, error),
      ),
    );
  }

  async #check(images: readonly WantedImage[], isPatient: boolean): Promise<(PlannedImage | typeof PUT_OFF)[]> {
    const { lookup, signal, observer } = this.#effects;
    return mapLimited(images, QUESTIONS_AT_A_TIME, async (image) => {
      const planned = await this.#ask(
        () => checkImage(image, { ...this.#effects, destinationAccess: this.#access }),
        isPatient,
        (error) => uncompared(image, error),
      );
      if (!isDone(planned)) return PUT_OFF;
      const extent = planned.action === 'copy' ? await readExtent(planned, lookup, signal) : {};
      observer?.checked?.(++this.#checked, this.#toCheck);
      return { ...planned, ...extent };
    });
  }

  /** Asks what a registry may not want to answer now. */
  async #ask<T>(
    question: () => Promise<T>,
    isPatient: boolean,
    givenUp: (error: WrapperError) => T,
  ): Promise<T | typeof PUT_OFF> {
    try {
      return await this.#again(question, isPatient);
    } catch (error) {
      if (!isRateLimited(error) || this.#effects.signal.aborted) throw error;
      return isPatient ? givenUp(error) : PUT_OFF;
    }
  }

  #again<T>(question: () => Promise<T>, isPatient: boolean): Promise<T> {
    const { signal, random, observer } = this.#effects;
    const retrying = (errorType: ErrorType): void => observer?.retrying?.(errorType);
    return withRetries(question, this.#job.retry, { signal, random, isPatient, retrying });
  }

  /** Asks again what a whole source hangs on: its tags, and the dates it is selected by. */
  #selectEffects(): SelectEffects {
    const { lookup, skopeo, signal } = this.#effects;
    const again = <T>(question: () => Promise<T>): Promise<T> => this.#again(question, false);
    return {
      ...this.#effects,
      lookup: { tags: (repository, access) => again(() => lookup.tags(repository, access, signal)) },
      creationTimes: creationTimes({
        ...this.#effects,
        skopeo: { createdAt: (reference, access) => again(() => skopeo.createdAt(reference, access, signal)) },
      }),
    };
  }
}
