import type { Clock } from '../../context.ts';
import type { SyncMemory } from '../check/memory.ts';
import type { SyncJob } from '../job.ts';
import type { Plan, PlannedImage } from '../plan/plan.ts';
import type { RegistryLookup, SkopeoPort, SyncObserver } from '../ports.ts';
import type { ImageReport } from '../report/image-report.ts';
import { afterCopy } from './after-copy.ts';
import { copyImage } from './copy-image.ts';
import type { ImageCopyResult } from './copy-platforms.ts';
import { failureOfError, failureOfResult, type ImageFailure, noPullsLeft, registryOfFailure } from './image-failure.ts';
import { decideRetry } from './retry.ts';
import { Schedule } from './schedule.ts';

/** What a run needs from outside. */
export interface RunEffects {
  readonly skopeo: SkopeoPort;
  readonly lookup: RegistryLookup;
  readonly memory: SyncMemory;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observer?: SyncObserver;
  /** In [0, 1), for the jitter of delays. */
  readonly random: () => number;
}

/** What has been spent on an image so far. */
interface Effort {
  attempts: number;
  bytes: number;
  readonly startedMs: number;
}

const allowances = (job: SyncJob, lookup: RegistryLookup): ReadonlyMap<string, number> =>
  new Map(
    [...job.registries].flatMap(([registry, { pullReserve }]) => {
      const left = pullReserve === undefined ? undefined : lookup.pullsLeft(registry);
      return pullReserve === undefined || left === undefined ? [] : [[registry, left - pullReserve]];
    }),
  );

/** Copies a plan's images, many at a time, each until it is done or has failed for good. */
class PlanRun {
  readonly #job: SyncJob;
  readonly #effects: RunEffects;
  readonly #schedule: Schedule;
  readonly #reports = new Map<PlannedImage, ImageReport>();
  readonly #efforts = new Map<PlannedImage, Effort>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #pausedUntilMs = new Map<string, number>();
  readonly #ended = Promise.withResolvers<void>();
  /** Copies under way. */
  #running = 0;
  /** Copies under way and their aftermath. */
  #open = 0;
  #stopReason: string | undefined;

  constructor(job: SyncJob, copies: readonly PlannedImage[], effects: RunEffects) {
    this.#job = job;
    this.#effects = effects;
    this.#schedule = new Schedule(copies, job.registries, allowances(job, effects.lookup));
  }

  async run(): Promise<ReadonlyMap<PlannedImage, ImageReport>> {
    const { signal } = this.#effects;
    const stop = () => this.#stop('the run was stopped');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#pump();
    await this.#ended.promise;
    signal.removeEventListener('abort', stop);
    return this.#reports;
  }

  /** Starts what may start, and ends the run when nothing is left to wait for. */
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
    this.#effects.observer?.queueChanged?.(this.#schedule.size);
    if (this.#open > 0 || this.#timers.size > 0) return;
    this.#giveUpRest();
    this.#ended.resolve();
  }

  #close(): void {
    this.#open--;
    this.#pump();
  }

  async #attempt(image: PlannedImage): Promise<void> {
    const effort = this.#effortFor(image);
    effort.attempts++;
    this.#running++;
    const end = await this.#copy(image, effort.attempts);
    this.#running--;
    const result = 'result' in end ? end.result : undefined;
    effort.bytes += result?.transferredBytes ?? 0;
    const hasSucceeded = result?.outcome === 'success';
    this.#schedule.finished(image, hasSucceeded);
    if (!hasSucceeded) {
      this.#fail(image, 'result' in end ? failureOfResult(image, end.result) : end.failure);
      return;
    }
    this.#pump();
    await this.#succeed(image, result);
  }

  async #copy(image: PlannedImage, attempt: number): Promise<{ result: ImageCopyResult } | { failure: ImageFailure }> {
    const layerFinished = (digest: string) => {
      this.#schedule.layerFinished(image, digest);
      this.#pump();
    };
    try {
      return { result: await copyImage(this.#job, image, attempt, layerFinished, this.#effects) };
    } catch (error) {
      return { failure: failureOfError(error, this.#effects.signal) };
    }
  }

  async #succeed(image: PlannedImage, result: ImageCopyResult): Promise<void> {
    const digest = await afterCopy(this.#job, image, result, this.#effects);
    const { missingPlatforms = image.missingPlatforms } = result;
    const facts = { ...(digest && { digest }), ...(missingPlatforms && { missingPlatforms }) };
    this.#report(image, { outcome: 'copied', reason: image.reason, ...facts });
  }

  #fail(image: PlannedImage, failure: ImageFailure): void {
    const { observer, random } = this.#effects;
    const { attempts } = this.#effortFor(image);
    const decision = decideRetry(failure.errorType, attempts, this.#job.retry, random());
    const registry = registryOfFailure(image, failure);
    if (failure.errorType === 'rate_limited' && registry !== undefined) observer?.rateLimited?.(registry);
    if (decision.kind === 'give-up' || this.#stopReason !== undefined) {
      this.#failForGood(image, failure);
      return;
    }
    observer?.retrying?.(failure.errorType);
    if (decision.kind === 'pause-registry' && registry !== undefined) {
      this.#pause(registry, decision.delaySeconds);
      this.#schedule.again(image);
      return;
    }
    this.#after(decision.delaySeconds, () => this.#schedule.again(image));
  }

  #failForGood(image: PlannedImage, failure: ImageFailure): void {
    this.#report(image, { outcome: 'failed', reason: image.reason, ...failure });
    if (this.#job.onFailure === 'stop') this.#stop('another image failed');
  }

  /** Of pauses that overlap the longest holds. */
  #pause(registry: string, seconds: number): void {
    const untilMs = this.#effects.clock.monotonicMs() + seconds * 1000;
    if (untilMs <= (this.#pausedUntilMs.get(registry) ?? 0)) return;
    this.#pausedUntilMs.set(registry, untilMs);
    this.#schedule.pause(registry);
    this.#after(seconds, () => {
      if (this.#pausedUntilMs.get(registry) === untilMs) this.#schedule.resume(registry);
    });
  }

  #after(seconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
      this.#pump();
    }, seconds * 1000);
    this.#timers.add(timer);
  }

  /** Starts nothing more; what runs comes to its end. */
  #stop(reason: string): void {
    this.#stopReason ??= reason;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#pump();
  }

  #giveUpRest(): void {
    for (const image of this.#schedule.drain()) {
      if (this.#stopReason === undefined)
        this.#report(image, { outcome: 'failed', reason: image.reason, ...noPullsLeft(image) });
      else this.#report(image, { outcome: 'skipped', reason: `not tried: ${this.#stopReason}` });
    }
  }

  #effortFor(image: PlannedImage): Effort {
    const effort = this.#efforts.get(image) ?? { attempts: 0, bytes: 0, startedMs: this.#effects.clock.monotonicMs() };
    this.#efforts.set(image, effort);
    return effort;
  }

  #report(
    image: PlannedImage,
    end: Pick<ImageReport, 'outcome' | 'reason' | 'digest' | 'missingPlatforms'> & Partial<ImageFailure>,
  ): void {
    const effort = this.#efforts.get(image);
    const seconds = effort === undefined ? 0 : (this.#effects.clock.monotonicMs() - effort.startedMs) / 1000;
    const { source, destination } = image;
    this.#reports.set(image, {
      source,
      destination,
      ...end,
      bytes: effort?.bytes ?? 0,
      seconds,
      attempts: effort?.attempts ?? 0,
    });
    this.#effects.observer?.imageFinished?.(end.outcome);
  }
}

const unchanged = ({
  source,
  destination,
  destinationDigest,
  reason,
  missingPlatforms,
}: PlannedImage): ImageReport => ({
  source,
  ...(missingPlatforms && { missingPlatforms }),
  destination,
  ...(destinationDigest === undefined ? {} : { digest: destinationDigest }),
  outcome: 'unchanged',
  reason,
  bytes: 0,
  seconds: 0,
  attempts: 0,
});

/**
 * Carries out a plan and tells what became of every image, in the plan's order. Stops early when `signal` aborts, or after
 * the first failure if the job says so; what was not tried then is `skipped`.
 */
export const runPlan = async (job: SyncJob, plan: Plan, effects: RunEffects): Promise<readonly ImageReport[]> => {
  const copies = plan.images.filter(({ action }) => action === 'copy');
  for (const { action } of plan.images) if (action === 'skip') effects.observer?.imageFinished?.('unchanged');
  const reports = await new PlanRun(job, copies, effects).run();
  return plan.images.map((image) => reports.get(image) ?? unchanged(image));
};
