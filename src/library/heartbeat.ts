import { usageError } from '../errors/wrapper-error.ts';

/** As the program's `--heartbeat-interval`. */
export const DEFAULT_HEARTBEAT_SECONDS = 10;

/** Calls `beat` at this interval until disposed. Keeps no process alive. Throws a usage error for a bad interval. */
export const startHeartbeat = (intervalSeconds: number, beat: () => void): Disposable => {
  if (!(intervalSeconds > 0 && Number.isFinite(intervalSeconds))) {
    throw usageError(`heartbeatIntervalSeconds is ${intervalSeconds}`, 'Give a number of seconds above 0.');
  }
  const timer = setInterval(beat, intervalSeconds * 1000);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
};
