import type { Env } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import type { RetryPolicy } from '../operation/retry.ts';
import type { OperationEvent } from '../tracking/events.ts';
import type { SkopeoMetrics } from './skopeo-metrics.ts';

/** How an operation is run. */
export interface RunOptions {
  /** A path, or a name that is looked up in PATH; `skopeo` by default. */
  readonly skopeoPath?: string;
  /**
   * The environment of skopeo, by default that of this process. `SKOPEO_WRAPPER_*` in it have the same meaning as for
   * the program (`SKOPEO_WRAPPER_SRC_CREDS`, …) and are not passed on.
   */
  readonly env?: Env;
  /** The directory to which relative paths are relative; by default that of this process. */
  readonly cwd?: string;
  /** Aborting it ends skopeo and all its attempts; the result is then an error of type `canceled`. */
  readonly signal?: AbortSignal;
  /** Called with every event as it happens. If it throws, the operation ends and the result rejects. */
  readonly onEvent?: (event: OperationEvent) => void;
  /** Where the operation is counted; nowhere by default. */
  readonly metrics?: SkopeoMetrics;
  /** How often the live metrics are refreshed; 10 by default. */
  readonly heartbeatIntervalSeconds?: number;
  /** How often a failed attempt is repeated if it may succeed later; never by default. */
  readonly retry?: RetryPolicy;
  /** Silence after which an attempt is ended; never by default. */
  readonly stallTimeoutSeconds?: number;
  /** Limit on the whole operation, retries included; none by default. */
  readonly timeoutSeconds?: number;
}

const check = (name: string, value: number | undefined, isGood: (value: number) => boolean, hint: string): void => {
  if (value !== undefined && !(Number.isFinite(value) && isGood(value))) {
    throw usageError(`${name} is ${value}`, `Give ${hint}.`);
  }
};

/** Throws a usage error for invalid numbers. */
export const checkRunOptions = ({ retry, stallTimeoutSeconds, timeoutSeconds }: RunOptions): void => {
  check('retry.times', retry?.times, (times) => times >= 0 && Number.isInteger(times), 'a whole number, 0 or more');
  check('retry.delaySeconds', retry?.delaySeconds, (seconds) => seconds >= 0, 'a number of seconds, 0 or more');
  check('stallTimeoutSeconds', stallTimeoutSeconds, (seconds) => seconds > 0, 'a number of seconds above 0');
  check('timeoutSeconds', timeoutSeconds, (seconds) => seconds > 0, 'a number of seconds above 0');
};
