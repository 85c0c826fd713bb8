import { type CheckFinding, findingsOf } from '../finding.ts';
import type { Visit } from '../visit-registry.ts';

/**
 * Tokens are valid for at least a minute; with a clock that is wrong by more they seem to be expired, or not valid yet.
 */
const MAX_SKEW_SECONDS = 60;

/** Whether the clock of this host agrees with the clock of a registry, if that sends its time. */
export const checkClock = (registry: string, visit: Visit): readonly CheckFinding[] => {
  if (visit.kind !== 'answered' || visit.dateMs === undefined) return [];
  const { ok, warning } = findingsOf('clock', registry);
  const { dateMs, askedMs, answeredMs } = visit;
  // The registry wrote its date, in whole seconds, at some time between our question and its answer.
  const behindMs = dateMs - answeredMs;
  const aheadMs = askedMs - (dateMs + 1000);
  const seconds = Math.round(Math.max(behindMs, aheadMs, 0) / 1000);
  if (seconds <= MAX_SKEW_SECONDS) return [ok(`the clock agrees with that of ${registry}`)];
  const direction = behindMs > aheadMs ? 'behind' : 'ahead of';
  const next = 'Set it: timedatectl set-ntp true. Ages of jobs, tokens and certificates are wrong until then.';
  return [warning(`the clock is ${seconds} s ${direction} that of ${registry}`, next)];
};
