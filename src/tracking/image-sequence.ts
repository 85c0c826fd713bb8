import { ImageLedger } from './image-ledger.ts';

const ALL_KINDS = ['layer', 'config'] as const;

/**
 * The images of an operation, one after another: instances of a list, further attempts. skopeo reports them on two
 * streams. stderr is read first, so that it may be any number of images ahead.
 */
export class ImageSequence {
  readonly #ledgers: ImageLedger[] = [new ImageLedger()];
  readonly #byInstance = new Map<string, ImageLedger>();
  /** Position of the image that stdout has reached. */
  #shown = 0;
  /** Position of the image that stderr has reached. */
  #logged = 0;
  #instancesShown = 0;
  #instancesLogged = 0;
  /** Whether stdout has begun with the image. */
  #isStarted = false;

  get all(): readonly ImageLedger[] {
    return this.#ledgers;
  }

  /** The image that stdout is about. */
  get shown(): ImageLedger {
    return this.#at(this.#shown);
  }

  /** The image that stderr is about. */
  get logged(): ImageLedger {
    return this.#at(this.#logged);
  }

  /** The instance of that digest; without a digest, or before the instance was announced, the image in progress. */
  instance(digest: string | undefined): ImageLedger {
    return this.#byInstance.get(digest ?? '') ?? this.shown;
  }

  /** Another attempt starts with the first image again, and the same manifest describes it. */
  nextAttempt(): void {
    const { descriptors } = this.shown;
    this.settle('failed');
    this.#shown = this.#ledgers.length;
    this.#logged = this.#shown;
    if (this.#instancesShown === 0) this.shown.describe(descriptors);
    this.#instancesShown = 0;
    this.#instancesLogged = 0;
    this.#isStarted = false;
  }

  /** stdout has reached an instance of a list. */
  instanceStarted(digest: string): void {
    if (this.#instancesShown > 0 || this.#isStarted) this.#next('copied');
    this.#instancesShown++;
    this.#isStarted = false;
    this.#byInstance.set(digest, this.shown);
  }

  /** stderr has reached an instance of a list. */
  instanceLogged(digest: string): void {
    if (this.#instancesLogged > 0) this.#logged++;
    this.#instancesLogged++;
    this.#byInstance.set(digest, this.logged);
  }

  /** stdout begins with an image. If it does so twice, skopeo has made another attempt by itself. */
  imageStarted(): void {
    if (this.#isStarted && this.shown.blobs.length > 0) {
      const { descriptors } = this.shown;
      this.#next('failed');
      this.shown.describe(descriptors);
    }
    this.#isStarted = true;
  }

  /** Gives an outcome to unfinished blobs. */
  settle(outcome: 'copied' | 'failed'): void {
    for (const ledger of this.#ledgers.slice(this.#shown)) ledger.settle(outcome, ALL_KINDS);
  }

  #next(outcome: 'copied' | 'failed'): void {
    this.shown.settle(outcome, ALL_KINDS);
    this.#shown++;
    this.#logged = Math.max(this.#logged, this.#shown);
  }

  #at(position: number): ImageLedger {
    for (;;) {
      const ledger = this.#ledgers[position];
      if (ledger !== undefined) return ledger;
      this.#ledgers.push(new ImageLedger());
    }
  }
}
