import { WrapperError } from '../errors/wrapper-error.ts';
import { wait } from '../host/timers.ts';
import { RegistryPausedError } from '../registry/pauses.ts';
import { failureClass } from '../skopeo/failure/classify.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';

/** How often and after what delay a failed attempt is repeated. */
export interface RetryPolicy {
  /** Repetitions after the first attempt; 0: none. */
  readonly times: number;
  /** Delay before a repetition; absent: 1 s before the first one, doubled for each one after. */
  readonly delaySeconds?: number;
  /** Given: `delaySeconds` is doubled up to this for each further repetition. */
  readonly maxDelaySeconds?: number;
  /**
   * For how long to make no request to a registry that limits its rate, the first time; a minute if no delay is fixed.
   */
  readonly rateLimitDelaySeconds?: number;
}

/**
 * What to do after a failed attempt: give up, wait and try again, or make no request to the whole registry for a while.
 */
type RetryDecision =
  | { readonly kind: 'give-up' }
  | { readonly kind: 'retry'; readonly delaySeconds: number }
  | { readonly kind: 'pause-registry'; readonly delaySeconds: number };

const FIRST_DELAY_SECONDS = 1;
const LONGEST_DELAY_SECONDS = 60;
/** For how long to make no request to a registry that limits its rate at first, if it does not say how long. */
export const RATE_LIMIT_DELAY_SECONDS = 60;
/** `sync` does not wait for longer pauses: the next run will find the registry ready. */
export const LONGEST_PAUSE_SECONDS = 900;

/** Half of the delay is fixed, half is random, so that what failed together is not repeated together. */
const jittered = (seconds: number, random: number): number => seconds * (0.5 + random / 2);

/** As `--retry-delay` says, or exponential. */
const delayAfter = (policy: RetryPolicy, attempt: number, random: number): number => {
  const { delaySeconds, maxDelaySeconds } = policy;
  if (delaySeconds !== undefined && maxDelaySeconds === undefined) return delaySeconds;
  const exponential = (delaySeconds ?? FIRST_DELAY_SECONDS) * 2 ** (attempt - 1);
  return jittered(Math.min(exponential, maxDelaySeconds ?? LONGEST_DELAY_SECONDS), random);
};

const pauseAfter = (policy: RetryPolicy, attempt: number): number => {
  const { delaySeconds, maxDelaySeconds, rateLimitDelaySeconds } = policy;
  if (rateLimitDelaySeconds === undefined && delaySeconds !== undefined && maxDelaySeconds === undefined)
    return delaySeconds;
  return Math.min((rateLimitDelaySeconds ?? RATE_LIMIT_DELAY_SECONDS) * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS);
};

/**
 * Decides by the class of the failure. `attempt` counts the attempts so far, `random` is in [0, 1), and `askedSeconds`
 * is the pause that a registry that limits its rate asked for, if known.
 */
export const decideRetry = (
  errorType: ErrorType,
  attempt: number,
  policy: RetryPolicy,
  random: number,
  askedSeconds?: number,
): RetryDecision => {
  const { retryable } = failureClass(errorType);
  const limit = retryable === 'once' ? Math.min(1, policy.times) : policy.times;
  if (retryable === 'no' || attempt > limit) return { kind: 'give-up' };
  if (retryable !== 'later') return { kind: 'retry', delaySeconds: delayAfter(policy, attempt, random) };
  const delaySeconds = askedSeconds ?? pauseAfter(policy, attempt);
  return delaySeconds > LONGEST_PAUSE_SECONDS ? { kind: 'give-up' } : { kind: 'pause-registry', delaySeconds };
};

interface RetryContext {
  readonly signal: AbortSignal;
  /** In [0, 1). */
  readonly random: () => number;
  readonly retrying?: (errorType: ErrorType) => void;
}

/** Repeats a question, after a delay, while its failure may be temporary. */
export const withRetries = async <T>(
  ask: () => Promise<T>,
  policy: RetryPolicy,
  { signal, random, retrying }: RetryContext,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof WrapperError) || signal.aborted) throw error;
      const askedSeconds = error instanceof RegistryPausedError ? error.waitSeconds : undefined;
      const decision = decideRetry(error.errorType, attempt, policy, random(), askedSeconds);
      if (decision.kind === 'give-up') throw error;
      retrying?.(error.errorType);
      await wait(decision.delaySeconds * 1000, signal);
    }
  }
};
