import type { Clock } from '../../context.ts';
import { Watchdog } from '../../operation/watchdog.ts';
import { readProcessIo } from '../../skopeo/process/process-io.ts';

/** How often the process's I/O counters are read. */
const SAMPLE_MS = 500;

export interface QueryWatch {
  readonly clock: Clock;
  /** Silence that ends a query; undefined: no silence is too long. */
  readonly stallTimeoutSeconds: number | undefined;
}

/**
 * Calls `onStalled` once a query's process has moved no byte for too long: a query prints nothing before its end, and
 * skopeo waits for an answer for ever. Dispose it when the query has ended.
 */
export const watchQuery = (
  pid: number | undefined,
  { clock, stallTimeoutSeconds }: QueryWatch,
  onStalled: (seconds: number) => void,
): Disposable => {
  if (pid === undefined || stallTimeoutSeconds === undefined) return { [Symbol.dispose]: () => undefined };
  const watchdog = new Watchdog(clock, SAMPLE_MS, stallTimeoutSeconds);
  let movedBytes = 0;
  let quietSinceMs = clock.monotonicMs();
  const timer = setInterval(() => {
    const io = readProcessIo(pid);
    const nowBytes = io === undefined ? movedBytes : io.readBytes + io.writtenBytes;
    if (nowBytes !== movedBytes) quietSinceMs = clock.monotonicMs();
    movedBytes = nowBytes;
    if (watchdog.isStalled(quietSinceMs)) onStalled(stallTimeoutSeconds);
  }, SAMPLE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
};
