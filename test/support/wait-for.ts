import { setTimeout as sleep } from 'node:timers/promises';

/** How long `waitFor` waits; generous, because it is only reached when a test fails anyway. */
const DEADLINE_MS = 120_000;
const POLL_MS = 20;

/**
 * Waits until `condition` gives something truthy and returns it. Throws with `what` after the deadline, with the last
 * error of `condition` as its cause. Errors of `condition` count as "not yet".
 */
export const waitFor = async <T>(
  what: string,
  condition: () => T | Promise<T>,
  { deadlineMs = DEADLINE_MS, pollMs = POLL_MS }: { deadlineMs?: number; pollMs?: number } = {},
): Promise<Exclude<T, false | undefined | null | 0 | ''>> => {
  const end = performance.now() + deadlineMs;
  let lastError: unknown;
  while (performance.now() < end) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | undefined | null | 0 | ''>;
    } catch (error) {
      lastError = error;
    }
    await sleep(pollMs);
  }
  throw new Error(`waited ${deadlineMs} ms in vain for ${what}`, { cause: lastError });
};
