import type { Clock } from '../context.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { registryKey } from '../image/registry-key.ts';
import { failureClass } from '../skopeo/failure/classify.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';

/** Failures that mean that nobody answers. */
const NO_ANSWER: ReadonlySet<ErrorType> = new Set([
  'dns',
  'connection_refused',
  'unreachable',
  'timeout',
  'stalled',
] satisfies ErrorType[]);

/** A registry is given up after this many questions in a row without an answer, and this long without any answer. */
const FAILURES_TO_GIVE_UP = 3;
const SECONDS_TO_GIVE_UP = 60;

/** How many questions in a row had no answer, and since when. */
interface Silence {
  readonly failures: number;
  readonly sinceMs: number;
  /** The last failure, once the registry is given up. */
  readonly givenUp?: ErrorType;
}

export const isNoAnswer = (errorType: ErrorType): boolean => NO_ANSWER.has(errorType);

/** A registry does not answer at all, not even that it is a registry. */
export class RegistrySilentError extends WrapperError {
  constructor(registry: string) {
    super(`${registry} does not answer`, {
      errorType: 'stalled',
      exitCode: EXIT.failure,
      next: failureClass('stalled').next({ registry }),
    });
  }
}

/** A registry does not answer, and therefore was not asked again. */
export class RegistryOutageError extends WrapperError {
  constructor(registry: string, silentSeconds: number, errorType: ErrorType) {
    super(`not tried, since ${registry} has not answered for ${Math.floor(silentSeconds)} s`, {
      errorType,
      exitCode: EXIT.failure,
      next: failureClass(errorType).next({ registry }),
    });
  }
}

/**
 * Tags are listed at the registry itself, but images may come from a mirror of it: one may answer without the other.
 */
export type Question = 'tags' | 'images';

const keyOf = (registry: string, question: Question): string => `${question} ${registryKey(registry)}`;

/**
 * Which registries do not answer. All parts of a run that ask or copy share this, so that thousands of images do not
 * wait one by one for a registry that is down.
 */
export class RegistryOutages {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #silences = new Map<string, Silence>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  answered(registry: string, question: Question): void {
    this.#silences.set(keyOf(registry, question), { failures: 0, sinceMs: this.#clock.monotonicMs() });
  }

  /** A question that began at `startedMs` got no answer. */
  unanswered(registry: string, question: Question, startedMs: number, errorType: ErrorType): void {
    const key = keyOf(registry, question);
    const { failures: earlier = 0, sinceMs: silentSinceMs = startedMs } = this.#silences.get(key) ?? {};
    const failures = earlier + 1;
    const sinceMs = earlier === 0 ? Math.max(startedMs, silentSinceMs) : silentSinceMs;
    const isLong = this.#clock.monotonicMs() - sinceMs >= SECONDS_TO_GIVE_UP * 1000;
    const isGivenUp = isLong && failures >= FAILURES_TO_GIVE_UP;
    this.#silences.set(key, { failures, sinceMs, ...(isGivenUp && { givenUp: errorType }) });
  }

  /** The error for a registry that is given up. */
  refusal(registry: string, question: Question): RegistryOutageError | undefined {
    const { givenUp, sinceMs = 0 } = this.#silences.get(keyOf(registry, question)) ?? {};
    if (givenUp === undefined) return undefined;
    return new RegistryOutageError(registry, (this.#clock.monotonicMs() - sinceMs) / 1000, givenUp);
  }

  /** Every registry may be asked again. */
  forget(): void {
    this.#silences.clear();
  }
}
