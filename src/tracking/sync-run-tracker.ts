import type { Clock } from '../context.ts';
import type { OperationResult } from './events.ts';
import type { LiveOperation } from './live-operation.ts';
import type { LiveSource, OperationIdentity, OperationObserver, SyncObserver } from './observer.ts';
import type { ImageOutcome } from './vocabulary.ts';

/** Shorter silences are normal: they depend on distance and load. */
const SHOWN_SECONDS = 10;

/** A registry that leaves questions unanswered, and for how long it has done so. */
interface UnansweredRegistry {
  readonly registry: string;
  readonly seconds: number;
}

/** Which registries have unanswered questions, so that a display can show what the run waits for. */
class UnansweredQuestions {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** The number of open questions, and since when the registry has not answered. */
  readonly #open = new Map<string, { count: number; sinceMs: number }>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  asked(registry: string): void {
    const open = this.#open.get(registry);
    if (open === undefined) this.#open.set(registry, { count: 1, sinceMs: this.#clock.monotonicMs() });
    else open.count++;
  }

  closed(registry: string, isAnswered: boolean): void {
    const open = this.#open.get(registry);
    if (open === undefined) return;
    if (isAnswered) open.sinceMs = this.#clock.monotonicMs();
    if (--open.count === 0) this.#open.delete(registry);
  }

  /** Registries that have not answered for longer than usual. */
  unanswered(): readonly UnansweredRegistry[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#open]
      .map(([registry, { sinceMs }]) => ({ registry, seconds: (nowMs - sinceMs) / 1000 }))
      .filter(({ seconds }) => seconds >= SHOWN_SECONDS);
  }
}

/** The progress of a run, for a display. */
export interface SyncProgress {
  readonly checked: { readonly done: number; readonly total: number };
  readonly finished: Readonly<Record<ImageOutcome, number>>;
  readonly waiting: number;
  /** Number of sources that are listed after everything else. */
  readonly sourcesLeft: number;
  /** Registries that asked for a pause, and the rest of that pause. */
  readonly pauses: readonly { readonly registry: string; readonly seconds: number }[];
  /** Registries that have not answered for long, with questions open. */
  readonly unanswered: readonly UnansweredRegistry[];
}

const MAX_SHORT_NAME = 64;

/** What is known of a run before it starts. */
export interface SyncRunIdentity {
  readonly identity: OperationIdentity;
  /** For people: where all images come from, and where they go. */
  readonly sourceShort: string;
  readonly destinationShort: string;
}

/** Follows one run of sync as a whole: it is one operation, and its images are parts of it. */
export class SyncRunTracker implements LiveSource {
  readonly identity: OperationIdentity;
  readonly #run: SyncRunIdentity;
  readonly #clock: Clock;
  readonly #observers: readonly OperationObserver[];
  readonly #startedMs: number;
  #lastProgressMs: number;
  #checked = { done: 0, total: 0 };
  #finished = { copied: 0, unchanged: 0, skipped: 0, failed: 0 };
  #waiting = 0;
  #sourcesLeft = 0;
  readonly #pausedUntilMs = new Map<string, number>();
  readonly #questions: UnansweredQuestions;

  constructor(run: SyncRunIdentity, clock: Clock, observers: readonly OperationObserver[]) {
    this.identity = run.identity;
    this.#run = run;
    this.#clock = clock;
    this.#observers = observers;
    this.#questions = new UnansweredQuestions(clock);
    this.#startedMs = clock.monotonicMs();
    this.#lastProgressMs = this.#startedMs;
  }

  /** The observer to which the engine reports. */
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

  /** Something moved: the copy or check of an image, or its end. */
  progressed(): void {
    this.#lastProgressMs = this.#clock.monotonicMs();
  }

  /** A registry asked for a pause. */
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
      sourceShort: this.#run.sourceShort.slice(0, MAX_SHORT_NAME),
      destinationShort: this.#run.destinationShort.slice(0, MAX_SHORT_NAME),
      step: done === 0 && this.#waiting === 0 ? 'starting' : 'running',
      startedMs: this.#startedMs,
      lastProgressMs: this.#lastActivityMs(),
      blobsFinished: 0,
      transferredBytes: 0,
      throughputBytesPerSecond: 0,
      queued: this.#waiting,
      ...(total === 0 ? {} : { percent: Math.min(99.9, (100 * done) / total) }),
    };
  }

  /** While a pause lasts for which a registry asked, silence does not count as a standstill. */
  #lastActivityMs(): number {
    const pauseEndsMs = Math.max(0, ...this.#pausedUntilMs.values());
    return Math.max(this.#lastProgressMs, Math.min(pauseEndsMs, this.#clock.monotonicMs()));
  }

  #tell(fact: (observer: OperationObserver) => void): void {
    for (const observer of this.#observers) fact(observer);
  }
}
