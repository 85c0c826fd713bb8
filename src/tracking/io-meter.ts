/**
 * The growth of a process's I/O counters that counts as progress. While it waits, a Go program still moves a few bytes
 * a second through its own pipes.
 */
const PROGRESS_BYTES = 4096;

/**
 * Reads the I/O counters of one skopeo process after the other: the sum of moved bytes, and whether bytes move at all.
 */
export class IoMeter {
  #past = 0;
  #first: number | undefined;
  #latest = 0;
  #marked = 0;
  /** The bytes that waited to be sent in the previous sample, as long as their number falls. */
  #queued: number | undefined;

  /** Bytes read by all processes so far, counted from the first sample of each. */
  get totalReadBytes(): number {
    return this.#past + (this.#first === undefined ? 0 : this.#latest - this.#first);
  }

  /** Another process starts, with its counters at 0. */
  restart(): void {
    this.#past = this.totalReadBytes;
    this.#first = undefined;
    this.#queued = undefined;
  }

  /**
   * Takes a sample; true when the process has moved something since the last call that returned true. `queuedBytes`:
   * written, but not acknowledged by the other side.
   */
  sample(readBytes: number, writtenBytes: number, queuedBytes?: number): boolean {
    const drains = this.#hasDrained(queuedBytes);
    const total = readBytes + writtenBytes;
    if (this.#first === undefined) {
      this.#first = readBytes;
      this.#latest = readBytes;
      this.#marked = total;
      return true;
    }
    this.#latest = readBytes;
    if (total - this.#marked < PROGRESS_BYTES) return drains;
    this.#marked = total;
    return true;
  }

  #hasDrained(queuedBytes: number | undefined): boolean {
    const before = this.#queued;
    if (queuedBytes === undefined || before === undefined || queuedBytes > before) {
      this.#queued = queuedBytes;
      return false;
    }
    // Small steps are added up: the mark stays until their sum is large enough.
    if (before - queuedBytes < PROGRESS_BYTES) return false;
    this.#queued = queuedBytes;
    return true;
  }
}
