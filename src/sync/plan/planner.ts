import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../defined.ts';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { withRetries } from '../../operation/retry.ts';
import { failureClass } from '../../skopeo/failure/classify.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import { checkImage, copyUncompared } from '../check/check-image.ts';
import { readExtent } from '../check/read-extent.ts';
import { connectDestinations } from '../destination-samples.ts';
import { destinationAccess, type SyncEntry, type SyncJob } from '../job.ts';
import { withoutCollisions } from '../map/collisions.ts';
import { mapLimited } from '../map-limited.ts';
import type { FailedEntry, Plan, PlannedImage, WantedImage } from '../plan.ts';
import type { RunContext, SkopeoPort } from '../ports.ts';
import { belongsTo, type Shard } from '../shard.ts';
import { creationTimes } from './creation-times.ts';
import {
  type EntrySelection,
  type Listed,
  listEntry,
  listingFailed,
  mapEntry,
  type SelectContext,
} from './select-entry.ts';

/** What planning needs from outside. */
export interface PlanContext
  extends Pick<RunContext, 'lookup' | 'outages' | 'signal' | 'random' | 'memory' | 'nowMs' | 'observer'> {
  readonly skopeo: Pick<SkopeoPort, 'createdAt'>;
}

export interface PlanOptions {
  readonly shard?: Shard;
  /** Check immutable tags too, every byte of local destinations, and every part of an index at a registry. */
  readonly verify?: boolean;
}

/** Entries that must still be listed, and images that must still be compared. */
interface Work {
  readonly entries: readonly SyncEntry[];
  readonly images: readonly WantedImage[];
}

/** Questions at a time over all registries; the lookup itself limits them per registry. */
const QUESTIONS_AT_A_TIME = 64;

/** A source that has not answered after this time must not delay the others. */
const LISTING_SECONDS = 60;

const NOTHING: Work = { entries: [], images: [] };

const NOT_LISTED: Omit<FailedEntry, 'entry'> = {
  errorType: 'canceled',
  message: 'could not be listed at first, and the run ended before it was asked again',
  next: 'Run it again.',
};

const POSTPONED = Symbol('to be asked again later');

const isDone = <T>(result: T | typeof POSTPONED): result is T => result !== POSTPONED;

const postponedOf = <T, R>(items: readonly T[], results: readonly (R | typeof POSTPONED)[]): readonly T[] =>
  items.filter((_, index) => results[index] === POSTPONED);

const isTemporary = ({ errorType }: WrapperError): boolean => failureClass(errorType).retryable !== 'no';

const withoutImmutable = (entry: SyncEntry): SyncEntry => ({ ...entry, immutable: [] });

/**
 * Finds out everything that a job has to do, and changes nothing: lists, selects, maps, takes the part of this shard,
 * and compares both sides. A source that cannot be listed is a failure in the plan; an image that cannot be compared is
 * copied. A registry that limits its rate, or does not answer, delays only its own images: they are planned later.
 */
export class Planner {
  readonly #job: SyncJob;
  readonly #context: PlanContext;
  readonly #verify: boolean;
  readonly #shard: Shard | undefined;
  readonly #access: ReturnType<typeof destinationAccess>;
  /** All images selected so far, of all shards. */
  #wanted: readonly WantedImage[] = [];
  #postponed: Work;
  #failedSources = 0;
  #checked = 0;
  #toCheck = 0;

  constructor(job: SyncJob, context: PlanContext, { shard, verify = false }: PlanOptions = {}) {
    this.#job = job;
    this.#context = context;
    this.#shard = shard;
    this.#verify = verify;
    this.#access = destinationAccess(job);
    this.#postponed = { entries: verify ? job.entries.map(withoutImmutable) : job.entries, images: [] };
  }

  /** Whether something is left that depends on a registry which could not be asked yet. */
  get hasRest(): boolean {
    return this.#postponed.entries.length + this.#postponed.images.length > 0;
  }

  /**
   * Plans everything that can be planned at once.
   * @throws WrapperError `usage` when two sources have one destination, or an image cannot be mapped.
   */
  async now(): Promise<Plan> {
    connectDestinations(this.#job, this.#context.lookup, this.#context.signal);
    return this.#plan(false);
  }

  /** Plans the rest, with the retries of the job; registries that did not answer before may do so now. */
  async rest(): Promise<Plan> {
    this.#context.outages.forget();
    try {
      return await this.#plan(true);
    } catch (error) {
      if (!(error instanceof WrapperError) || this.#context.signal.aborted) throw error;
      const { errorType, message, next } = error;
      // Other images are copied already: it is too late to refuse the job.
      return this.giveUpRest({ errorType, message, ...defined({ next }) });
    }
  }

  /** The rest, if nobody waits for it: images are not compared, and entries that were not listed have failed. */
  giveUpRest(failure: Omit<FailedEntry, 'entry'> = NOT_LISTED): Plan {
    const { entries, images } = this.#postponed;
    this.#postponed = NOTHING;
    this.#failedSources += entries.length;
    return {
      images: images.map((image) => ({ ...image, action: 'copy', reason: 'not compared' })),
      dropped: [],
      failures: entries.map((entry) => ({ entry, ...failure })),
      otherShards: 0,
    };
  }

  /** Everything that was selected, of all shards, and from how many sources nothing could be. */
  get selected(): { readonly images: readonly WantedImage[]; readonly failedSources: number } {
    return { images: this.#wanted, failedSources: this.#failedSources };
  }

  async #plan(isPatient: boolean): Promise<Plan> {
    const { entries, images } = this.#postponed;
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
    this.#postponed = { entries: postponedOf(entries, selections), images: postponedOf(toCheck, checked) };
    this.#context.observer?.sourcesLeft?.(this.#postponed.entries.length);
    return {
      images: checked.filter(isDone),
      dropped: done.flatMap(({ dropped }) => dropped),
      failures,
      otherShards: added.length - own.length,
    };
  }

  #select(entries: readonly SyncEntry[], isPatient: boolean): Promise<(EntrySelection | typeof POSTPONED)[]> {
    return mapLimited(entries, QUESTIONS_AT_A_TIME, async (entry) => {
      const listed = await this.#list(entry, isPatient);
      if (listed === POSTPONED) return POSTPONED;
      return listed instanceof WrapperError ? listingFailed(entry, listed) : mapEntry(entry, listed);
    });
  }

  /** Also postpones a source that hangs or fails temporarily, so that no other source waits for its retries. */
  async #list(entry: SyncEntry, isPatient: boolean): Promise<Listed | WrapperError | typeof POSTPONED> {
    const list = (signal: AbortSignal) => listEntry(entry, this.#selectContext(signal));
    if (isPatient) return this.#patiently(() => list(this.#context.signal));
    const patience = AbortSignal.timeout(LISTING_SECONDS * 1000);
    try {
      return await list(AbortSignal.any([this.#context.signal, patience]));
    } catch (error) {
      if (this.#context.signal.aborted) throw error;
      if (patience.aborted) return POSTPONED;
      if (!(error instanceof WrapperError)) throw error;
      return isTemporary(error) ? POSTPONED : error;
    }
  }

  #check(images: readonly WantedImage[], isPatient: boolean): Promise<(PlannedImage | typeof POSTPONED)[]> {
    const { lookup, signal, observer } = this.#context;
    return mapLimited(images, QUESTIONS_AT_A_TIME, async (image) => {
      const checked = await this.#compare(image, isPatient);
      if (checked === POSTPONED) return POSTPONED;
      const planned = checked instanceof WrapperError ? copyUncompared(image, checked) : checked;
      const extent = planned.action === 'copy' ? await readExtent(planned, lookup, signal) : {};
      observer?.checked?.(++this.#checked, this.#toCheck);
      return { ...planned, ...extent };
    });
  }

  async #compare(image: WantedImage, isPatient: boolean): Promise<PlannedImage | WrapperError | typeof POSTPONED> {
    const check = () => checkImage(image, { ...this.#context, destinationAccess: this.#access, verify: this.#verify });
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof WrapperError) || this.#context.signal.aborted) throw error;
      if (!isPatient) return isTemporary(error) ? POSTPONED : error;
      return error.errorType === 'rate_limited' ? this.#patiently(check) : error;
    }
  }

  /** Asks again while the failure may be temporary; returns the last failure. */
  async #patiently<T>(question: () => Promise<T>): Promise<T | WrapperError> {
    const { signal, random, observer } = this.#context;
    const retrying = (errorType: ErrorType): void => observer?.retrying?.(errorType);
    try {
      return await withRetries(question, this.#job.retry, { signal, random, retrying });
    } catch (error) {
      if (!(error instanceof WrapperError) || signal.aborted) throw error;
      return error;
    }
  }

  #selectContext(signal: AbortSignal): SelectContext {
    return { ...this.#context, signal, creationTimes: creationTimes({ ...this.#context, signal }) };
  }
}
