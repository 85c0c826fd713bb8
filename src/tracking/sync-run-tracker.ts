import type { Clock } from '../context.ts';
import type { SyncJob } from '../sync/job.ts';
import { destinationSamples } from '../sync/map/destination-samples.ts';
import type { SyncObserver } from '../sync/ports.ts';
import type { SyncReport } from '../sync/report/sync-report.ts';
import type { OperationResult } from './events.ts';
import type { LiveOperation } from './live-operation.ts';
import type { LiveSource, OperationIdentity, OperationObserver } from './observer.ts';
import { OpenQuestions, type Unanswered } from './open-questions.ts';
import type { ImageOutcome } from './vocabulary.ts';

/** How far a run is, for a display. */
export interface SyncProgress {
  readonly checked: { readonly done: number; readonly total: number };
  readonly finished: Readonly<Record<ImageOutcome, number>>;
  readonly waiting: number;
  /** Sources that are listed after everything else. */
  readonly sourcesLeft: number;
  /** Registries that asked to be left in peace, and what is left of it. */
  readonly pauses: readonly { readonly registry: string; readonly seconds: number }[];
  /** Registries that are waited for and do not answer. */
  readonly unanswered: readonly Unanswered[];
}

const MAX_SHORT_NAME = 64;

const sourceName = ({ entries }: SyncJob): string => {
  const [only, ...others] = entries;
  return only !== undefined && others.length === 0 ? only.name : `${entries.length} sources`;
};

const isDirectory = ({ entries }: SyncJob): boolean => entries[0]?.source.kind === 'directory';

/** The one that all have; absent where they differ. */
const common = <T>([first, ...others]: readonly T[]): T | undefined =>
  others.every((one) => one === first) ? first : undefined;

/** Follows one run of sync as a whole: one operation, whose images are its parts. */
export class SyncRunTracker implements LiveSource {
  readonly identity: OperationIdentity;
  readonly #job: SyncJob;
  readonly #clock: Clock;
  readonly #observers: readonly OperationObserver[];
  readonly #destinationShort: string;
  readonly #startedMs: number;
  #lastProgressMs: number;
  #checked = { done: 0, total: 0 };
  #finished = { copied: 0, unchanged: 0, skipped: 0, failed: 0 };
  #waiting = 0;
  #sourcesLeft = 0;
  readonly #pausedUntilMs = new Map<string, number>();
  readonly #questions: OpenQuestions;

  constructor(job: SyncJob, clock: Clock, observers: readonly OperationObserver[]) {
    const destinations = destinationSamples(job.entries);
    this.identity = {
      operation: 'sync',
      sourceTransport: isDirectory(job) ? 'dir' : 'docker',
      destinationTransport: common(destinations.map(({ transport }) => transport)) ?? 'docker',
    };
    const registry = common(destinations.map((destination) => destination.registry));
    this.#destinationShort = registry === undefined ? '' : `docker:${registry}`.slice(0, MAX_SHORT_NAME);
    this.#job = job;
    this.#clock = clock;
    this.#observers = observers;
    this.#questions = new OpenQuestions(clock);
    this.#startedMs = clock.monotonicMs();
    this.#lastProgressMs = this.#startedMs;
  }

  /** What the engine reports to. */
  get observer(): SyncObserver {
    return {
      checked: (done, total) => {
        this.#checked = { done, total };
        this.progressed();
      },
      questionAsked: (registry) => this.#questions.asked(registry),
      questionClosed: (registry, isAnswered) => this.#questions.closed(registry, isAnswered),
      sourcesLeft: (count) => {
        this.#sourcesLeft = count;
      },
      queueChanged: (waiting) => {
        this.#waiting = waiting;
      },
      imageFinished: (outcome) => {
        this.#finished[outcome]++;
        this.progressed();
        this.#tell((observer) => observer.imageFinished?.(outcome));
      },
      retrying: (errorType) => this.#tell((observer) => observer.retrying?.(this.identity, errorType)),
    };
  }

  start(): void {
    this.#tell((observer) => observer.operationStarted?.(this));
  }

  /** Anything moved: an image's copy, a check, an end. */
  progressed(): void {
    this.#lastProgressMs = this.#clock.monotonicMs();
  }

  /** A registry asked to be left in peace. */
  paused(registry: string, seconds: number): void {
    this.#pausedUntilMs.set(registry, this.#clock.monotonicMs() + seconds * 1000);
  }

  finish(result: OperationResult): void {
    this.#tell((observer) => observer.operationFinished?.(this, result));
  }

  progress(): SyncProgress {
    const nowMs = this.#clock.monotonicMs();
    const pauses = [...this.#pausedUntilMs]
      .map(([registry, untilMs]) => ({ registry, seconds: (untilMs - nowMs) / 1000 }))
      .filter(({ seconds }) => seconds > 0);
    return {
      checked: this.#checked,
      finished: this.#finished,
      waiting: this.#waiting,
      sourcesLeft: this.#sourcesLeft,
      pauses,
      unanswered: this.#questions.unanswered(),
    };
  }

  live(): LiveOperation {
    const done = Object.values(this.#finished).reduce((sum, count) => sum + count, 0);
    const { total } = this.#checked;
    return {
      operation: 'sync',
      sourceShort: `${this.identity.sourceTransport}:${sourceName(this.#job)}`.slice(0, MAX_SHORT_NAME),
      destinationShort: this.#destinationShort,
      step: done === 0 && this.#waiting === 0 ? 'starting' : 'running',
      startedMs: this.#startedMs,
      lastProgressMs: this.#lastSignMs(),
      blobsFinished: 0,
      transferredBytes: 0,
      throughputBytesPerSecond: 0,
      queued: this.#waiting,
      ...(total === 0 ? {} : { percent: Math.min(99.9, (100 * done) / total) }),
    };
  }

  /** While a registry is left in peace as it asked, silence is no standstill. */
  #lastSignMs(): number {
    const pauseEndsMs = Math.max(0, ...this.#pausedUntilMs.values());
    return Math.max(this.#lastProgressMs, Math.min(pauseEndsMs, this.#clock.monotonicMs()));
  }

  #tell(fact: (observer: OperationObserver) => void): void {
    for (const observer of this.#observers) fact(observer);
  }
}

/** A run's report as the result of one operation, for metrics. */
export const resultOfReport = (report: SyncReport): OperationResult => {
  const failed = report.images.find(({ outcome }) => outcome === 'failed');
  const errorType = report.failures[0]?.errorType ?? failed?.errorType ?? 'partial_failure';
  return {
    operation: 'sync',
    source: '',
    destination: '',
    exitCode: report.exitCode,
    transferredBytes: report.totals.bytes,
    blobs: [],
    durationSeconds: report.durationSeconds,
    attempts: 1,
    ...(report.exitCode === 0
      ? { outcome: 'success' }
      : { outcome: 'error', errorType: report.exitCode === 3 ? 'partial_failure' : errorType }),
  };
};
