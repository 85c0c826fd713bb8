import { describeImage, describeInstance } from '../image/describe-image.ts';
import type { ManifestReader } from '../image/local-layout.ts';
import type { Platform } from '../image/platform.ts';
import type { OperationEvent } from '../tracking/events.ts';

/**
 * Reads manifests beside the copy, as its events name them, so that sizes and totals are known while blobs run. What
 * cannot be read stays unknown.
 */
export class SizeLookup {
  readonly #read: ManifestReader | undefined;
  readonly #platform: Platform;
  readonly #emit: (event: OperationEvent) => void;
  readonly #stop = new AbortController();
  #pending: Promise<void>[] = [];

  constructor(read: ManifestReader | undefined, platform: Platform, emit: (event: OperationEvent) => void) {
    this.#read = read;
    this.#platform = platform;
    this.#emit = emit;
  }

  onEvent(event: OperationEvent): void {
    if (event.type === 'operation-started') this.readNow();
    if (event.type === 'instance-started' && this.#read)
      this.#tell(describeInstance(this.#read, event.digest, this.#stop.signal));
  }

  /** Asks for the image itself. */
  readNow(): void {
    if (this.#read) this.#tell(describeImage(this.#read, this.#platform, this.#stop.signal));
  }

  /** Waits for what was asked for, at most `patienceMs`; then gives it up. No event comes after that. */
  async close(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), patienceMs);
    await Promise.all(this.#pending);
    clearTimeout(timer);
  }

  #tell(answer: Promise<OperationEvent | undefined>): void {
    const told = answer.then((event) => (event ? this.#emit(event) : undefined)).catch(() => undefined);
    this.#pending.push(told);
  }
}
