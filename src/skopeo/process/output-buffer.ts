/** More than any manifest, config or tag list that a registry may send. */
export const MAX_CAPTURED_BYTES = 64 * 1024 * 1024;

/** Collects a stream in memory, up to a bound. */
export class OutputBuffer {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  push(chunk: Buffer): void {
    const room = MAX_CAPTURED_BYTES - this.#bytes;
    if (chunk.length > room) this.#isCut = true;
    if (room <= 0) return;
    this.#chunks.push(chunk.subarray(0, room));
    this.#bytes += Math.min(room, chunk.length);
  }

  /** More came than fits: the content must not be taken for the whole. */
  get isCut(): boolean {
    return this.#isCut;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
