/**
 * Holds the chunks of a stream back until whatever a process wrote to another stream before has been read too. The kernel
 * does not tell the order between two streams; but two turns of the event loop later one whole poll has passed, and with it
 * all that was waiting there.
 */
export class HeldBack<Chunk> {
  readonly #take: (chunk: Chunk) => void;
  readonly #chunks: Chunk[] = [];

  constructor(take: (chunk: Chunk) => void) {
    this.#take = take;
  }

  push(chunk: Chunk): void {
    this.#chunks.push(chunk);
    setImmediate(() => setImmediate(() => this.#release()));
  }

  /** Hands on what is still held back; both streams have ended. */
  flush(): void {
    while (this.#chunks.length > 0) this.#release();
  }

  #release(): void {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) this.#take(chunk);
  }
}
