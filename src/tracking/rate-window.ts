/** Growth of a counter over a sliding window of time. */
export class RateWindow {
  readonly #windowMs: number;
  readonly #spacingMs: number;
  #samples: { readonly atMs: number; readonly total: number }[];

  /** `startMs`: when the counter was 0. Keeps at most `points` samples, whatever the number of calls. */
  constructor(startMs: number, windowMs = 60_000, points = 120) {
    this.#windowMs = windowMs;
    this.#spacingMs = windowMs / points;
    this.#samples = [{ atMs: startMs, total: 0 }];
  }

  add(atMs: number, total: number): void {
    const last = this.#samples.at(-1);
    if (last && this.#samples.length > 1 && atMs - last.atMs < this.#spacingMs) return;
    this.#samples.push({ atMs, total });
    const horizon = atMs - this.#windowMs;
    const firstInside = this.#samples.findIndex((sample) => sample.atMs >= horizon);
    // The sample just before the window stays: the growth in the window is measured from it.
    if (firstInside > 1) this.#samples = this.#samples.slice(firstInside - 1);
  }

  /** Units per second in the window that ends now. `total`: the present value of the counter. */
  perSecond(nowMs: number, total: number): number {
    const horizon = nowMs - this.#windowMs;
    const base = this.#samples.findLast((sample) => sample.atMs <= horizon) ?? this.#samples[0];
    if (!base || nowMs <= base.atMs) return 0;
    return ((total - base.total) * 1000) / (nowMs - base.atMs);
  }
}
