/** How often live metrics are refreshed by default. */
export const DEFAULT_HEARTBEAT_SECONDS = 10;

const SHORTEST_SECONDS = 0.01;
const LONGEST_SECONDS = 86_400;

/** The bounds of an interval; for error texts. */
export const HEARTBEAT_BOUNDS = 'from 10ms to 24h';

/**
 * Whether this is a usable interval for live metrics: a shorter one would be a busy loop, a longer one no sign of life.
 */
export const isHeartbeatInterval = (seconds: number): boolean =>
  seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS;
