import { failureClass } from '../../skopeo/failure/classify.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import type { RetryPolicy } from '../job.ts';

/** What to do after a failed attempt: give up, wait and try again, or leave the whole registry in peace for a while. */
export type RetryDecision =
  | { readonly kind: 'give-up' }
  | { readonly kind: 'retry'; readonly delaySeconds: number }
  | { readonly kind: 'pause-registry'; readonly delaySeconds: number };

const RATE_LIMIT_DELAY_SECONDS = 60;
/** Longer pauses are not waited for: the next run will find the registry ready. */
export const LONGEST_PAUSE_SECONDS = 900;

/** Half of the delay is fixed, half is random, so that what failed together does not come back together. */
const jittered = (seconds: number, random: number): number => seconds * (0.5 + random / 2);

/**
 * Decides by the class of the failure; `attempt` counts those made so far, `random` is in [0, 1), `askedSeconds` is what a
 * registry that limits the rate asked for, where it is known.
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
  if (retryable === 'later') {
    const base = policy.rateLimitDelaySeconds ?? RATE_LIMIT_DELAY_SECONDS;
    const delaySeconds = askedSeconds ?? Math.min(base * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS);
    return delaySeconds > LONGEST_PAUSE_SECONDS ? { kind: 'give-up' } : { kind: 'pause-registry', delaySeconds };
  }
  const delaySeconds = Math.min(policy.delaySeconds * 2 ** (attempt - 1), policy.maxDelaySeconds);
  return { kind: 'retry', delaySeconds: jittered(delaySeconds, random) };
};
