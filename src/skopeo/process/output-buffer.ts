/** More than any manifest, config or tag list that a registry may send. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Collects a stream in memory, up to a bound; what goes beyond is dropped. */
export class OutputBuffer {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    const room = MAX_BYTES - this.#bytes;
    if (room <= 0) return;
    this.#chunks.push(chunk.subarray(0, room));
    this.#bytes += Math.min(room, chunk.length);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
