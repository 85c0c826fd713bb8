/** How often and after what delay a failed attempt is repeated. */
export interface RetryPolicy {
  /** Repetitions after the first attempt; 0: none. */
  readonly times: number;
  /** Fixed delay; absent: exponential. */
  readonly delaySeconds?: number;
}

const FIRST_DELAY_SECONDS = 1;
const LONGEST_DELAY_SECONDS = 60;
/** Share of the delay that is added at random, so that many runs do not return at the same moment. */
const JITTER = 0.1;

/**
 * Seconds before the attempt that follows attempt number `failedAttempt`: 1, 2, 4, … as skopeo waits, at most a minute,
 * and up to a tenth more. `random` yields 0 to 1.
 */
export const retryDelaySeconds = (policy: RetryPolicy, failedAttempt: number, random: () => number): number => {
  if (policy.delaySeconds !== undefined) return policy.delaySeconds;
  const exponential = FIRST_DELAY_SECONDS * 2 ** (failedAttempt - 1);
  return Math.min(LONGEST_DELAY_SECONDS, exponential) * (1 + JITTER * random());
};
