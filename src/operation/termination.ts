import { constants } from 'node:os';
import type { Context } from '../context.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { after } from '../host/timers.ts';
import { type Failure, failureClass } from '../skopeo/failure/classify.ts';

/** A limit on a whole operation, retries included. */
export interface TimeLimit {
  readonly seconds: number;
  /** The option that set it, for people: `--timeout`. */
  readonly setBy: string;
}

/** The parts of a command line that set limits. */
interface Limits {
  readonly own: { readonly timeoutSeconds: number | undefined };
  readonly values: { readonly commandTimeoutSeconds: number | undefined };
}

/** The limit that a command line sets: the shorter one of `--timeout` and skopeo's `--command-timeout`. */
export const timeLimitOf = ({ own, values }: Limits): TimeLimit | undefined => {
  const limits = [
    { seconds: own.timeoutSeconds, setBy: '--timeout' },
    { seconds: values.commandTimeoutSeconds, setBy: '--command-timeout' },
  ];
  return limits
    .flatMap(({ seconds, setBy }) => (seconds === undefined ? [] : [{ seconds, setBy }]))
    .toSorted((one, other) => one.seconds - other.seconds)[0];
};

/** Why we ended skopeo ourselves. It is the reason of an abort signal; the first one counts. */
export type Termination =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | ({ readonly kind: 'timeout' } & TimeLimit)
  | { readonly kind: 'stalled'; readonly seconds: number }
  /** More output than may be kept in memory. */
  | { readonly kind: 'cut'; readonly bytes: number };

const isTermination = (reason: unknown): reason is Termination =>
  typeof reason === 'object' && reason !== null && 'kind' in reason;

/** The reason of an aborted signal; undefined while it is not aborted. */
export const terminationOf = (signal: AbortSignal): Termination | undefined => {
  if (!signal.aborted) return undefined;
  const { reason }: { reason: unknown } = signal;
  return isTermination(reason) ? reason : { kind: 'signal', signal: 'SIGTERM' };
};

/** The status of a process that a signal ended, as a shell reports it: 128 plus the signal's number. */
const signalExitCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** The duration as it was given: `700ms` is 0.7 s, without errors of binary fractions. */
const inSeconds = (seconds: number): string => `${Number(seconds.toFixed(3))} s`;

/** How we report that we ended skopeo: class, message and exit status. */
export const describeTermination = (
  termination: Termination,
): Pick<Failure, 'errorType' | 'message' | 'exitCode'> & Partial<Pick<Failure, 'retryable' | 'next'>> => {
  switch (termination.kind) {
    case 'signal':
      return {
        errorType: 'canceled',
        message: `canceled by ${termination.signal}`,
        exitCode: signalExitCode(termination.signal),
      };
    case 'timeout':
      return {
        errorType: 'timeout',
        message: `not finished after ${inSeconds(termination.seconds)} (${termination.setBy})`,
        exitCode: EXIT.timeout,
      };
    case 'stalled':
      return {
        errorType: 'stalled',
        message: `no byte and no line for ${inSeconds(termination.seconds)} (--stall-timeout)`,
        exitCode: EXIT.timeout,
      };
    case 'cut':
      return {
        errorType: 'unknown',
        message: `skopeo printed more than ${termination.bytes / 1024 ** 2} MiB, of which the rest was cut`,
        exitCode: EXIT.failure,
        retryable: 'no',
        next: 'Without --json nothing is held in memory, and nothing cut.',
      };
  }
};

/** The error for work that was ended before it had a result. */
export const terminationError = (termination: Termination): WrapperError => {
  const { errorType, message, exitCode, next } = describeTermination(termination);
  return new WrapperError(message, { errorType, exitCode, next: next ?? failureClass(errorType).next({}) });
};

/** An abort signal that a time limit triggers, which is the deadline of the process. */
export const abortAfter = (
  limit: TimeLimit | undefined,
  { clock, deadline }: Pick<Context, 'clock' | 'deadline'>,
): { readonly signal: AbortSignal } & Disposable => {
  const controller = new AbortController();
  const expire = (set: TimeLimit): void => controller.abort({ kind: 'timeout', ...set } satisfies Termination);
  if (limit !== undefined) deadline.bringForward(clock.monotonicMs() + limit.seconds * 1000);
  const timer = limit && after(limit.seconds * 1000, () => expire(limit));
  return { signal: controller.signal, [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
};

/** The signals that ask a process to end. */
export const ENDING_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * Turns the signals that ask a process to end into an abort signal, whose reason names the first of them, and into the
 * deadline of the process.
 */
export const abortOnSignals = ({
  signals: source,
  clock,
  deadline,
}: Pick<Context, 'signals' | 'clock' | 'deadline'>): { readonly signal: AbortSignal } & Disposable => {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals): void => {
    deadline.bringForward(clock.monotonicMs());
    controller.abort({ kind: 'signal', signal } satisfies Termination);
  };
  for (const signal of ENDING_SIGNALS) source.on(signal, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of ENDING_SIGNALS) source.off(signal, abort);
    },
  };
};
