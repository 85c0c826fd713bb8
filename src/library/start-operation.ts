import { EventEmitter, on } from 'node:events';
import { type RunMetrics, withRun } from '../cli/with-run.ts';
import type { CommandLine } from '../command-line/command-line.ts';
import { type Context, processContext } from '../context.ts';
import { defined } from '../defined.ts';
import { WrapperError } from '../errors/wrapper-error.ts';
import { DEFAULT_HEARTBEAT_SECONDS } from '../metrics/heartbeat-interval.ts';
import { type OperationRequest, subjectOfLine, type ToTask } from '../operation/request.ts';
import { reportStartFailure, runOperation } from '../operation/run-operation.ts';
import { timeLimitOf } from '../operation/termination.ts';
import { Secret } from '../secrets/secret.ts';
import type { OperationEvent, OperationResult } from '../tracking/events.ts';
import { checkRunOptions, type RunOptions } from './run-options.ts';
import { startHeartbeat } from './skopeo-metrics.ts';

/** How an operation ended. */
export interface RunResult extends OperationResult {
  /** What skopeo wrote to stdout (`inspect`, `list-tags`, …); absent if it wrote nothing, and for copies. */
  readonly output?: string;
  /** What to do about a failure; one sentence. */
  readonly next?: string;
}

/**
 * An operation in progress. Iterating over it yields the events from that moment on and ends with the operation.
 * Leaving the loop early does not end the operation; aborting its signal does.
 */
export interface RunningOperation extends AsyncIterable<OperationEvent> {
  /** Resolves for success and failure; rejects only with what `onEvent` threw, or for a bug in this package. */
  readonly result: Promise<RunResult>;
}

/** Runs an operation and passes its events to `emit`. */
const runningOperation = (execute: (emit: (event: OperationEvent) => void) => Promise<RunResult>): RunningOperation => {
  const emitter = new EventEmitter<{ event: [OperationEvent]; end: [] }>();
  emitter.setMaxListeners(0);
  let ended = false;
  const result = execute((event) => void emitter.emit('event', event)).finally(() => {
    ended = true;
    emitter.emit('end');
  });
  return {
    result,
    async *[Symbol.asyncIterator]() {
      if (ended) return;
      for await (const [event] of on(emitter, 'event', { close: ['end'] })) yield event;
    },
  };
};

type Listener = (event: OperationEvent) => void;

/** The listeners to events, and how their errors are handled. */
interface EventListeners {
  tell(event: OperationEvent): void;
  /** Aborted by the first listener that throws, since the caller would not know how the operation goes on. */
  readonly signal: AbortSignal;
  /** Throws what that listener threw. */
  throwIfFailed(): void;
}

/** Passes every event to every listener, in order, until one of them throws. */
const eventListeners = (listeners: readonly (Listener | undefined)[]): EventListeners => {
  const controller = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  return {
    signal: controller.signal,
    tell: (event) => {
      if (failure) return;
      try {
        for (const listener of listeners) listener?.(event);
      } catch (error) {
        failure = { error };
        controller.abort();
      }
    },
    throwIfFailed: () => {
      if (failure) throw failure.error;
    },
  };
};

/** Starts an operation. Throws a usage error for invalid options; every later error is part of the result. */
export const startOperation = (given: CommandLine, toTask: ToTask, options: RunOptions): RunningOperation => {
  checkRunOptions(options);
  const { skopeoPath, metrics, heartbeatIntervalSeconds = DEFAULT_HEARTBEAT_SECONDS } = options;
  const own = processContext();
  const context = { ...own, env: options.env ?? own.env, cwd: options.cwd ?? own.cwd };
  const line = skopeoPath === undefined ? given : { ...given, own: { ...given.own, skopeoPath } };
  const heartbeat = startHeartbeat(heartbeatIntervalSeconds, () => metrics?.heartbeat());
  return runningOperation(async (emit) => {
    using _ = heartbeat;
    const listeners = eventListeners([emit, options.onEvent]);
    const result = await execute(line, toTask, options, context, listeners);
    listeners.throwIfFailed();
    return result;
  });
};

/** The caller's metrics stay open after the operation. */
const metricsOf = ({ metrics }: RunOptions): RunMetrics => ({
  observer: metrics?.observer ?? {},
  end: async () => undefined,
  failed: false,
});

const execute = async (
  line: CommandLine,
  toTask: ToTask,
  options: RunOptions,
  context: Context,
  listeners: EventListeners,
): Promise<RunResult> => {
  const { signal, timeoutSeconds } = options;
  const timeLimit =
    timeoutSeconds === undefined ? timeLimitOf(line) : { seconds: timeoutSeconds, setBy: 'timeoutSeconds' };
  const ending = signal === undefined ? listeners.signal : AbortSignal.any([signal, listeners.signal]);
  const { clock, cwd, env } = context;
  let unstarted: OperationResult | undefined;
  try {
    return await withRun(
      { line, context, timeLimit, signal: ending },
      {
        prepare: (signal) => toTask(line, { env, cwd, hasTerminal: false, redactor: context.redactor, signal }),
        open: async (task, { skopeo }) => {
          const request = withOptions(await task.request(skopeo), options);
          return { request, [Symbol.asyncDispose]: async () => request.cleanUp?.() };
        },
        openMetrics: () => metricsOf(options),
        body: async (_, { request }, { observer }, tools) => {
          const { result, failure, stdout } = await runOperation(request, {
            clock,
            random: Math.random,
            terminals: tools.skopeo.terminals,
            observers: [observer],
            signal: tools.signal,
            onEvent: listeners.tell,
            onErrorLine: () => undefined,
          });
          const verdict = { exitCode: result.exitCode, success: result.outcome === 'success' };
          return { verdict, tell: () => toRunResult(result, failure?.next, stdout) };
        },
        onStartFailure: (_, failure, observer) => {
          const receivers = { clock, observers: [observer], onEvent: listeners.tell };
          unstarted = reportStartFailure(subjectOfLine(line), failure, receivers);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof WrapperError) || unstarted === undefined) throw error;
    return toRunResult(unstarted, error.next);
  }
};

const toRunResult = (result: OperationResult, next: string | undefined, stdout?: Buffer): RunResult => ({
  ...result,
  ...defined({ next }),
  ...(stdout === undefined || stdout.length === 0 ? {} : { output: stdout.toString('utf8') }),
});

/**
 * Options take precedence over the command line. skopeo never reads the stdin of the process that uses this library.
 */
const withOptions = (request: OperationRequest, options: RunOptions): OperationRequest => ({
  ...request,
  skopeo: { ...request.skopeo, stdin: request.skopeo.stdin ?? new Secret('') },
  retry: options.retry ?? request.retry,
  stallTimeoutSeconds: options.stallTimeoutSeconds ?? request.stallTimeoutSeconds,
});
