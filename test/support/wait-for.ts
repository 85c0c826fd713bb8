import { setTimeout as sleep } from 'node:timers/promises';

/** How long `waitFor` waits; generous, because it is only reached when a test fails anyway. */
const DEADLINE_MS = 120_000;
const POLL_MS = 20;

/** What is waited for long is asked for less often: a condition may cost a request, or the start of a program. */
const pauseMs = (waitedMs: number): number => Math.min(250, waitedMs / 10);

/**
 * Waits until `condition` gives something truthy and returns it. Throws with `what` after the deadline, with the last
 * error of `condition` as its cause. Errors of `condition` count as "not yet".
 */
export const waitFor = async <T>(
  what: string,
  condition: () => T | Promise<T>,
  { deadlineMs = DEADLINE_MS, pollMs = POLL_MS }: { deadlineMs?: number; pollMs?: number } = {},
): Promise<Exclude<T, false | undefined | null | 0 | ''>> => {
  const start = performance.now();
  let lastError: unknown;
  while (performance.now() - start < deadlineMs) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | undefined | null | 0 | ''>;
    } catch (error) {
      lastError = error;
    }
    await sleep(Math.max(pollMs, pauseMs(performance.now() - start)));
  }
  throw new Error(`waited ${deadlineMs} ms in vain for ${what}`, { cause: lastError });
};
