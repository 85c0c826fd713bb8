import type { Clock } from '../context.ts';

/** Shorter silences are a matter of distance and load. */
const SHOWN_SECONDS = 10;

/** A registry that leaves questions without an answer, and for how long. */
export interface Unanswered {
  readonly registry: string;
  readonly seconds: number;
}

/** Which registries have questions open, so that a display can tell who is waited for. */
export class OpenQuestions {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** How many are open, and since when the registry has said nothing. */
  readonly #open = new Map<string, { count: number; sinceMs: number }>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  asked(registry: string): void {
    const open = this.#open.get(registry);
    if (open === undefined) this.#open.set(registry, { count: 1, sinceMs: this.#clock.monotonicMs() });
    else open.count++;
  }

  closed(registry: string, isAnswered: boolean): void {
    const open = this.#open.get(registry);
    if (open === undefined) return;
    if (isAnswered) open.sinceMs = this.#clock.monotonicMs();
    if (--open.count === 0) this.#open.delete(registry);
  }

  /** Registries that have not answered for longer than is usual. */
  unanswered(): readonly Unanswered[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#open]
      .map(([registry, { sinceMs }]) => ({ registry, seconds: (nowMs - sinceMs) / 1000 }))
      .filter(({ seconds }) => seconds >= SHOWN_SECONDS);
  }
}
