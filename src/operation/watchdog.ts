import type { Clock } from '../context.ts';

/**
 * Decides when silence is too long. Time in which we could not watch (we were stopped, the machine slept) does not
 * count: a late tick adds no more than a punctual one.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #stallMs: number | undefined;
  #lastTickMs: number;
  /** Milliseconds in which we did not watch; they are subtracted from every silence that includes them. */
  #gaps: { readonly atMs: number; readonly lostMs: number }[] = [];

  /** `stallTimeoutSeconds`: the silence that ends an attempt; 0 or undefined: there is no limit. */
  constructor(clock: Clock, tickMs: number, stallTimeoutSeconds: number | undefined) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#stallMs = stallTimeoutSeconds ? stallTimeoutSeconds * 1000 : undefined;
    this.#lastTickMs = clock.monotonicMs();
  }

  /** Call this every `tickMs`; true when nothing has moved for too long since `quietSinceMs`. */
  isStalled(quietSinceMs: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    const lostMs = nowMs - this.#lastTickMs - 2 * this.#tickMs;
    if (lostMs > 0) this.#gaps.push({ atMs: nowMs, lostMs });
    this.#lastTickMs = nowMs;
    this.#gaps = this.#gaps.filter(({ atMs }) => atMs > quietSinceMs);
    if (this.#stallMs === undefined) return false;
    const unwatchedMs = this.#gaps.reduce((sum, gap) => sum + gap.lostMs, 0);
    return nowMs - quietSinceMs - unwatchedMs >= this.#stallMs;
  }
}
