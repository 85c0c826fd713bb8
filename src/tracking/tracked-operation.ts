import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import type { FinishedBlob, OperationEvent, OperationResult } from './events.ts';
import { ImageSequence } from './image-sequence.ts';
import { IoMeter } from './io-meter.ts';
import type { LiveOperation } from './live-operation.ts';
import type { LiveSource, OperationIdentity, OperationObserver } from './observer.ts';
import { expectedBytes, type InstancePosition, movedBytes, stepAfter, unfinishedPercent } from './progress.ts';
import { RateWindow } from './rate-window.ts';
import type { TrackedBlob } from './tracked-blob.ts';
import type { Step } from './vocabulary.ts';

interface TrackerOptions {
  readonly identity: OperationIdentity;
  readonly sourceShort: string;
  readonly destinationShort: string;
  readonly clock: Clock;
  readonly observers: readonly OperationObserver[];
  /** Whether it is one image of a sync run. */
  readonly part?: boolean;
}

/** What a display shows of one operation. */
export interface OperationView {
  readonly live: LiveOperation;
  readonly attempt: number;
  /** Blobs of the image in progress. */
  readonly blobs: readonly TrackedBlob[];
  /** Instance of a multi-arch list. */
  readonly image?: InstancePosition;
  readonly finishedBlobs: readonly FinishedBlob[];
}

/** Applies the events of one operation to its state, and reports each countable fact once to the observers. */
export class TrackedOperation implements LiveSource {
  readonly identity: OperationIdentity;
  readonly #options: TrackerOptions;
  readonly #startedMs: number;
  readonly #rate: RateWindow;

  #step: Step = 'starting';
  #lastProgressMs: number;
  #attempt = 0;
  #onTerminal = true;
  /** Until this time skopeo has announced that it will be silent. */
  #waitsUntilMs = 0;
  readonly #images = new ImageSequence();
  #instance: InstancePosition | undefined;
  readonly #io = new IoMeter();
  #transferredBytes = 0;
  #percent: number | undefined;

  constructor(options: TrackerOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    this.#lastProgressMs = this.#startedMs;
    this.#rate = new RateWindow(this.#startedMs);
  }

  handle(event: OperationEvent): void {
    const progressed = this.#apply(event);
    this.#step = stepAfter(this.identity.operation, event) ?? this.#step;
    if (progressed) this.#lastProgressMs = this.#now();
    this.#reportAll();
    if (event.type === 'operation-started') this.#tellStart();
    if (event.type === 'operation-finished') this.#tellEnd(event.result);
  }

  live(): LiveOperation {
    const expected = expectedBytes(this.#images.all, this.#instance);
    const throughput = this.#rate.perSecond(this.#now(), this.#transferredBytes);
    const remaining = expected === undefined ? undefined : Math.max(0, expected - this.#transferredBytes);
    return {
      operation: this.identity.operation,
      sourceShort: this.#options.sourceShort,
      destinationShort: this.#options.destinationShort,
      step: this.#step,
      startedMs: this.#startedMs,
      lastProgressMs: this.#lastProgressMs,
      blobsFinished: this.#finished().length,
      transferredBytes: this.#transferredBytes,
      throughputBytesPerSecond: throughput,
      ...(this.#options.part ? { part: true } : {}),
      ...defined({ percent: this.#percent, expectedBytes: expected }),
      ...(remaining === undefined || throughput <= 0 ? {} : { etaSeconds: remaining / throughput }),
    };
  }

  view(): OperationView {
    return {
      live: this.live(),
      attempt: this.#attempt,
      blobs: this.#images.shown.blobs,
      finishedBlobs: this.#finished(),
      ...(this.#instance ? { image: this.#instance } : {}),
    };
  }

  /** The time from which silence counts: the last sign of life, or the end of an announced wait. */
  quietSinceMs(): number {
    return Math.max(this.#lastProgressMs, this.#waitsUntilMs);
  }

  /**
   * Completes the state by the verdict, which comes from skopeo's exit status and never from its output; returns what
   * is known of the result. `operation-finished` follows.
   */
  settle(success: boolean): Pick<OperationResult, 'transferredBytes' | 'blobs' | 'durationSeconds' | 'attempts'> {
    this.#images.settle(success ? 'copied' : 'failed');
    if (success) this.#percent = 100;
    this.#reportAll();
    return {
      transferredBytes: this.#transferredBytes,
      blobs: this.#finished(),
      durationSeconds: (this.#now() - this.#startedMs) / 1000,
      attempts: this.#attempt,
    };
  }

  /** Applies an event to the state; returns whether it is a sign of life. */
  #apply(event: OperationEvent): boolean {
    switch (event.type) {
      case 'attempt-started':
        this.#attemptStarted(event.attempt, event.onTerminal);
        return true;
      case 'instance-started':
        this.#images.instanceStarted(event.digest);
        this.#instance = { index: event.index, count: event.count };
        return true;
      case 'instance-logged':
        this.#images.instanceLogged(event.digest);
        return true;
      case 'image-started':
        this.#images.imageStarted();
        return true;
      case 'manifest-known':
        this.#images.instance(event.instance).describe(event.blobs);
        return false;
      case 'manifest-writing':
        if (!event.list) this.#images.shown.settle('copied', ['layer', 'config']);
        return true;
      case 'io-sampled':
        return this.#io.sample(event.readBytes, event.writtenBytes, event.queuedBytes);
      case 'attempt-failed':
        this.#images.settle('failed');
        if (event.errorType === 'rate_limited') this.#rateLimited(event.registry);
        return false;
      case 'rate-limited':
        this.#rateLimited(event.registry);
        this.#waitsUntilMs = this.#now() + event.waitSeconds * 1000;
        return true;
      case 'retrying':
        this.#tell((observer) => observer.retrying?.(this.identity, event.errorType));
        return true;
      default:
        this.#applyBlob(event);
        return true;
    }
  }

  #applyBlob(event: OperationEvent): void {
    const { shown } = this.#images;
    switch (event.type) {
      case 'blob-started':
        // skopeo reads the config only after all layers are stored.
        if (event.blob.kind === 'config') shown.settle('copied', ['layer']);
        shown.start(event.blob);
        break;
      case 'blob-progress':
        shown.progress(event.blob, event.readBytes, event.shownSizeBytes);
        break;
      case 'blob-read':
        shown.read(event.blob);
        break;
      case 'blob-reused':
        shown.reuse(event.blob);
        break;
      case 'layer-present':
        this.#images.logged.present(event.digest);
        break;
      case 'blob-stored':
        this.#images.logged.store(event.digest);
        break;
    }
  }

  #attemptStarted(attempt: number, onTerminal: boolean): void {
    if (this.#attempt > 0) this.#images.nextAttempt();
    this.#attempt = attempt;
    this.#onTerminal = onTerminal;
    this.#instance = undefined;
    this.#io.restart();
  }

  #finished(): FinishedBlob[] {
    return this.#images.all.flatMap((image) => image.finished);
  }

  #reportAll(): void {
    for (const image of this.#images.all) {
      const { finished, sized } = image.takeChanges();
      for (const blob of finished) this.#tell((observer) => observer.blobFinished?.(this.identity, blob));
      for (const blob of sized) this.#tell((observer) => observer.blobSized?.(this.identity, blob));
    }
    this.#account();
  }

  #account(): void {
    const moved = movedBytes(this.#images.all, this.#onTerminal ? undefined : this.#io.totalReadBytes);
    const delta = moved - this.#transferredBytes;
    if (delta > 0) {
      this.#transferredBytes += delta;
      this.#tell((observer) => observer.bytesTransferred?.(this.identity, delta));
    }
    this.#rate.add(this.#now(), this.#transferredBytes);
    const percent = unfinishedPercent(this.#images.shown, this.#instance);
    if (percent !== undefined) this.#percent = Math.max(this.#percent ?? 0, percent);
  }

  #rateLimited(registry: string | undefined): void {
    if (registry !== undefined) this.#tell((observer) => observer.rateLimited?.(registry));
  }

  #tell(fact: (observer: OperationObserver) => void): void {
    for (const observer of this.#options.observers) fact(observer);
  }

  #tellStart(): void {
    if (this.#options.part) this.#tell((observer) => observer.partStarted?.(this));
    else this.#tell((observer) => observer.operationStarted?.(this));
  }

  #tellEnd(result: OperationResult): void {
    if (this.#options.part) this.#tell((observer) => observer.partFinished?.(this));
    else this.#tell((observer) => observer.operationFinished?.(this, result));
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}
