import { setTimeout as wait } from 'node:timers/promises';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { RegistryPaused } from '../../registry/pauses.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import type { RetryPolicy } from '../job.ts';
import { decideRetry } from './retry.ts';

export interface RetryEffects {
  readonly signal: AbortSignal;
  /** In [0, 1). */
  readonly random: () => number;
  readonly retrying?: (errorType: ErrorType) => void;
}

/** Does a question again, after a delay, while its failure is of a class that may pass. */
export const withRetries = async <T>(
  ask: () => Promise<T>,
  policy: RetryPolicy,
  { signal, random, retrying }: RetryEffects,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof WrapperError) || signal.aborted) throw error;
      const askedSeconds = error instanceof RegistryPaused ? error.waitSeconds : undefined;
      const decision = decideRetry(error.errorType, attempt, policy, random(), askedSeconds);
      if (decision.kind === 'give-up') throw error;
      retrying?.(error.errorType);
      await wait(decision.delaySeconds * 1000, undefined, { signal });
    }
  }
};
