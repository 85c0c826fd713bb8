import type { Clock } from '../context.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { registryKey } from '../image/registry-key.ts';
import { failureClass } from '../skopeo/failure/classify.ts';

type PauseListener = (registry: string, seconds: number) => void;

/** Which registries asked for a pause, and for how long. All parts of a run that ask or copy share this. */
export class RegistryPauses {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #untilMs = new Map<string, number>();
  readonly #listeners = new Set<PauseListener>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Of pauses that overlap, the longest counts. */
  pause(name: string, seconds: number): void {
    const registry = registryKey(name);
    if (seconds <= this.remainingSeconds(registry)) return;
    this.#untilMs.set(registry, this.#clock.monotonicMs() + seconds * 1000);
    for (const listener of this.#listeners) listener(registry, seconds);
  }

  /** 0: it may be asked. */
  remainingSeconds(registry: string): number {
    return Math.max(0, ((this.#untilMs.get(registryKey(registry)) ?? 0) - this.#clock.monotonicMs()) / 1000);
  }

  /** Reports every pause from now on, and those in progress; call the returned function to stop this. */
  listen(listener: PauseListener): () => void {
    this.#listeners.add(listener);
    for (const registry of this.#untilMs.keys()) {
      const seconds = this.remainingSeconds(registry);
      if (seconds > 0) listener(registry, seconds);
    }
    return () => this.#listeners.delete(listener);
  }
}

/** A registry asked for a longer pause than a question waits for. */
export class RegistryPausedError extends WrapperError {
  readonly waitSeconds: number;

  constructor(registry: string, waitSeconds: number) {
    super(`${registry} limits the rate and asks to wait ${Math.ceil(waitSeconds)} s`, {
      errorType: 'rate_limited',
      exitCode: EXIT.failure,
      next: failureClass('rate_limited').next({ registry }),
    });
    this.waitSeconds = waitSeconds;
  }
}
