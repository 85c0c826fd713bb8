/** Enough for some thousands of manifests, which are small. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Keeps the last manifests that were read, by reference: planning and copying read the same ones. */
export class ManifestCache {
  readonly #manifests = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get(reference: string): Uint8Array | undefined {
    return this.#manifests.get(reference);
  }

  set(reference: string, manifest: Uint8Array): void {
    this.#remove(reference);
    this.#manifests.set(reference, manifest);
    this.#bytes += manifest.length;
    for (const oldest of this.#manifests.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(reference: string): void {
    this.#bytes -= this.#manifests.get(reference)?.length ?? 0;
    this.#manifests.delete(reference);
  }
}
