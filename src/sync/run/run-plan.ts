import { defined } from '../../defined.ts';
import { after } from '../../host/timers.ts';
import { decideRetry, LONGEST_PAUSE_SECONDS } from '../../operation/retry.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import type { SyncJob } from '../job.ts';
import type { ImageFailure, Plan, PlannedImage } from '../plan.ts';
import type { RunContext } from '../ports.ts';
import type { ImageReport } from '../report.ts';
import { afterCopy } from './after-copy.ts';
import { copyImage, type ImageCopyResult } from './copy-image.ts';
import { failureOfError, failureOfResult, noPullsLeft, registryOfFailure } from './image-failure.ts';
import { ImageRecords, unchangedReport } from './image-records.ts';
import { recordAnswers, recordFailure, refusalOf, requestedPauseSeconds } from './reachability.ts';
import { Refusals } from './refusals.ts';
import { Schedule } from './schedule.ts';

export const ANOTHER_FAILED = 'another image failed';

const allowances = (job: SyncJob, lookup: RegistryLookup): ReadonlyMap<string, number> =>
  new Map(
    [...job.registries].flatMap(([registry, { pullReserve }]) => {
      const left = pullReserve === undefined ? undefined : lookup.pullsLeft(registry);
      return pullReserve === undefined || left === undefined ? [] : [[registry, left - pullReserve]];
    }),
  );

/** Copies the images of a plan, many at a time, each until it is done or has finally failed. */
class PlanRun {
  readonly #job: SyncJob;
  readonly #context: RunContext;
  readonly #schedule: Schedule;
  readonly #records: ImageRecords;
  readonly #refusals = new Refusals();
  readonly #timers = new Set<Disposable>();
  /** Images that wait for their next attempt. */
  readonly #delayed = new Set<PlannedImage>();
  /** The last failures of images that will be tried again. */
  readonly #failures = new Map<PlannedImage, ImageFailure>();
  readonly #ended = Promise.withResolvers<void>();
  /** Number of copies in progress. */
  #running = 0;
  /** Number of copies in progress, including the work after each copy. */
  #open = 0;
  #stopReason: string | undefined;

  constructor(job: SyncJob, copies: readonly PlannedImage[], context: RunContext) {
    this.#job = job;
    this.#context = context;
    this.#records = new ImageRecords(context.clock, context.observer);
    this.#schedule = new Schedule(copies, job.registries, allowances(job, context.lookup));
  }

  /** `stopReason`: why nothing may be tried, if that is known from the beginning. */
  async run(stopReason: string | undefined): Promise<ReadonlyMap<PlannedImage, ImageReport>> {
    const { signal, pauses } = this.#context;
    const stop = () => this.#stop('the run was stopped');
    signal.addEventListener('abort', stop, { once: true });
    const stopListening = pauses.listen((registry, seconds) => this.#pauseRegistry(registry, seconds));
    if (signal.aborted) stop();
    else if (stopReason !== undefined) this.#stop(stopReason);
    else this.#pump();
    await this.#ended.promise;
    stopListening();
    signal.removeEventListener('abort', stop);
    return this.#records.reports;
  }

  /** Starts every image that may start, and ends the run when there is nothing left to wait for. */
  #pump(): void {
    while (this.#stopReason === undefined && this.#running < this.#job.parallel) {
      const image = this.#schedule.next();
      if (image === undefined) break;
      this.#open++;
      this.#attempt(image).then(
        () => this.#close(),
        (bug: unknown) => this.#ended.reject(bug),
      );
    }
    this.#context.observer?.queueChanged?.(this.#schedule.size);
    const canContinue = this.#delayed.size > 0 || (this.#schedule.size > 0 && this.#timers.size > 0);
    if (this.#open > 0 || (canContinue && this.#stopReason === undefined)) return;
    this.#clearTimers();
    this.#giveUpRest();
    this.#ended.resolve();
  }

  #close(): void {
    this.#open--;
    this.#pump();
  }

  async #attempt(image: PlannedImage): Promise<void> {
    const refusal = refusalOf(image, this.#context) ?? this.#refusals.refusal(image);
    if (refusal !== undefined) {
      this.#schedule.finished(image, false);
      this.#failForGood(image, this.#failures.get(image) ?? failureOfError(refusal, this.#context.signal));
      return;
    }
    const effort = this.#records.effortFor(image);
    effort.attempts++;
    this.#running++;
    const end = await this.#copy(image, effort.attempts);
    this.#running--;
    const result = 'result' in end ? end.result : undefined;
    effort.bytes += result?.transferredBytes ?? 0;
    const hasSucceeded = result?.outcome === 'success';
    if (hasSucceeded) this.#refusals.accepted(image);
    this.#schedule.finished(image, hasSucceeded);
    if (!hasSucceeded) {
      await this.#fail(image, 'result' in end ? failureOfResult(image, end.result) : end.failure);
      return;
    }
    this.#pump();
    await this.#succeed(image, result);
  }

  async #copy(image: PlannedImage, attempt: number): Promise<{ result: ImageCopyResult } | { failure: ImageFailure }> {
    const layerFinished = (digest: string) => {
      recordAnswers(image, this.#context.outages);
      this.#schedule.layerFinished(image, digest);
      this.#pump();
    };
    try {
      return { result: await copyImage(this.#job, image, attempt, layerFinished, this.#context) };
    } catch (error) {
      return { failure: failureOfError(error, this.#context.signal) };
    }
  }

  async #succeed(image: PlannedImage, result: ImageCopyResult): Promise<void> {
    recordAnswers(image, this.#context.outages);
    const digest = await afterCopy(this.#job, image, result, this.#context);
    const { missingPlatforms = image.missingPlatforms } = result;
    this.#records.close(image, { outcome: 'copied', reason: image.reason, ...defined({ digest, missingPlatforms }) });
  }

  async #fail(image: PlannedImage, failure: ImageFailure): Promise<void> {
    const { observer, random, pauses, outages } = this.#context;
    const registry = registryOfFailure(image, failure);
    const isLimited = failure.errorType === 'rate_limited' && registry !== undefined;
    if (isLimited) observer?.rateLimited?.(registry);
    const askedSeconds = isLimited ? await this.#requestedPauseSeconds(image, registry) : undefined;
    const { attempts, startedMs } = this.#records.effortFor(image);
    const decision = decideRetry(failure.errorType, attempts, this.#job.retry, random(), askedSeconds);
    if (decision.kind === 'give-up' || this.#stopReason !== undefined) {
      recordFailure(image, failure, startedMs, outages);
      this.#refusals.refused(image, failure);
      this.#failForGood(image, failure);
      return;
    }
    observer?.retrying?.(failure.errorType);
    this.#failures.set(image, failure);
    if (decision.kind === 'pause-registry' && registry !== undefined) {
      pauses.pause(registry, decision.delaySeconds);
      this.#schedule.again(image);
      return;
    }
    this.#retryLater(image, decision.delaySeconds);
  }

  #failForGood(image: PlannedImage, failure: ImageFailure): void {
    this.#records.close(image, { outcome: 'failed', reason: image.reason, ...failure });
    if (this.#job.onFailure === 'stop') this.#stop(ANOTHER_FAILED);
  }

  #requestedPauseSeconds(image: PlannedImage, registry: string): Promise<number | undefined> {
    return requestedPauseSeconds(this.#job, image, registry, this.#context.lookup, this.#context.signal);
  }

  #pauseRegistry(registry: string, seconds: number): void {
    if (seconds > LONGEST_PAUSE_SECONDS) return; // no pause: the images of this registry fail instead
    this.#schedule.pause(registry);
    this.#after(seconds, () => {
      const leftSeconds = this.#context.pauses.remainingSeconds(registry);
      if (leftSeconds > 0) this.#pauseRegistry(registry, leftSeconds);
      else this.#schedule.resume(registry);
    });
  }

  #retryLater(image: PlannedImage, delaySeconds: number): void {
    this.#delayed.add(image);
    this.#after(delaySeconds, () => {
      this.#delayed.delete(image);
      this.#schedule.again(image);
    });
  }

  #after(seconds: number, action: () => void): void {
    const timer = after(seconds * 1000, () => {
      this.#timers.delete(timer);
      action();
      this.#pump();
    });
    this.#timers.add(timer);
  }

  /** Starts nothing more; the copies in progress come to their end. */
  #stop(reason: string): void {
    this.#stopReason ??= reason;
    this.#clearTimers();
    this.#pump();
  }

  #clearTimers(): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  /** Images that failed and still wait for a retry have failed; the others were never tried. */
  #giveUpRest(): void {
    for (const image of [...this.#delayed, ...this.#schedule.drain()]) {
      const { reason } = image;
      const failure = this.#failures.get(image) ?? (this.#stopReason === undefined ? noPullsLeft(image) : undefined);
      if (failure === undefined)
        this.#records.close(image, { outcome: 'skipped', reason: `not tried: ${this.#stopReason}` });
      else this.#records.close(image, { outcome: 'failed', reason, ...failure });
    }
  }
}

/**
 * Carries out a plan and reports the result of every image, in the order of the plan. It stops early when `signal`
 * aborts, or after the first failure if the job says so; images that were not tried then are `skipped`. With a
 * `stopReason` none is tried.
 */
export const runPlan = async (
  job: SyncJob,
  plan: Plan,
  context: RunContext,
  stopReason?: string,
): Promise<readonly ImageReport[]> => {
  const copies = plan.images.filter(({ action }) => action === 'copy');
  for (const { action } of plan.images) if (action === 'skip') context.observer?.imageFinished?.('unchanged');
  const reports = await new PlanRun(job, copies, context).run(stopReason);
  return plan.images.map((image) => reports.get(image) ?? unchangedReport(image));
};
