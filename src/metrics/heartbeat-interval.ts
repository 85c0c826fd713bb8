/** How often live metrics are refreshed, where nobody says otherwise. */
export const DEFAULT_HEARTBEAT_SECONDS = 10;

const SHORTEST_SECONDS = 0.01;
const LONGEST_SECONDS = 86_400;

/** The bounds of an interval; for error texts. */
export const HEARTBEAT_BOUNDS = 'from 10ms to 24h';

/** Whether live metrics can be refreshed so often: more would be a busy loop, and less no sign of life. */
export const isHeartbeatInterval = (seconds: number): boolean =>
  seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS;
