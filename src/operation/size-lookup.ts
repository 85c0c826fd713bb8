import { describeImage, describeInstance } from '../skopeo/manifest/describe-image.ts';
import type { ManifestReader } from '../skopeo/manifest/local-layout.ts';
import type { Platform } from '../skopeo/manifest/parse-manifest.ts';
import type { OperationEvent } from '../tracking/events.ts';

/**
 * Reads manifests beside the copy, as its events name them, so that sizes and totals are known while blobs run. What
 * cannot be read stays unknown.
 */
export class SizeLookup {
  readonly #read: ManifestReader | undefined;
  readonly #platform: Platform;
  readonly #emit: (event: OperationEvent) => void;
  #pending: Promise<void>[] = [];

  constructor(read: ManifestReader | undefined, platform: Platform, emit: (event: OperationEvent) => void) {
    this.#read = read;
    this.#platform = platform;
    this.#emit = emit;
  }

  onEvent(event: OperationEvent): void {
    if (event.type === 'operation-started') this.readNow();
    if (event.type === 'instance-started' && this.#read) this.#tell(describeInstance(this.#read, event.digest));
  }

  /** Asks for the image itself. */
  readNow(): void {
    if (this.#read) this.#tell(describeImage(this.#read, this.#platform));
  }

  /** Resolves when all that was asked for has been told. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    this.#pending = [];
  }

  #tell(answer: Promise<OperationEvent | undefined>): void {
    const told = answer.then((event) => (event ? this.#emit(event) : undefined)).catch(() => undefined);
    this.#pending.push(told);
  }
}
