/**
 * Holds the chunks of a stream back until everything that a process wrote earlier to another stream has been read, too.
 * The kernel does not give the order between two streams. But after two turns of the event loop one complete poll has
 * passed, and everything that was waiting has been read.
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

  /** Passes on what is still held back; both streams have ended. */
  flush(): void {
    while (this.#chunks.length > 0) this.#release();
  }

  #release(): void {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) this.#take(chunk);
  }
}
