import { type Finding, findingsOf } from '../finding.ts';
import type { Visit } from '../visit-registry.ts';

/** Tokens live for a minute at least; a clock that is off by more makes them come too late or too early. */
const MAX_SKEW_SECONDS = 60;

/** Whether the clock of this host agrees with that of a registry that tells its own. */
export const checkClock = (registry: string, visit: Visit): readonly Finding[] => {
  if (visit.kind !== 'answered' || visit.dateMs === undefined) return [];
  const { ok, warning } = findingsOf('clock', registry);
  const { dateMs, askedMs, answeredMs } = visit;
  // The registry wrote its date, in whole seconds, somewhere between our question and its answer.
  const behindMs = dateMs - answeredMs;
  const aheadMs = askedMs - (dateMs + 1000);
  const seconds = Math.round(Math.max(behindMs, aheadMs, 0) / 1000);
  if (seconds <= MAX_SKEW_SECONDS) return [ok(`the clock agrees with that of ${registry}`)];
  const direction = behindMs > aheadMs ? 'behind' : 'ahead of';
  const next = 'Set it: timedatectl set-ntp true. Ages of jobs, tokens and certificates are wrong until then.';
  return [warning(`the clock is ${seconds} s ${direction} that of ${registry}`, next)];
};
