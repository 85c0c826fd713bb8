import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import type { DirectCopy } from '../destination/direct-copy.ts';
import type { WrapperError } from '../errors/wrapper-error.ts';
import { wait } from '../host/timers.ts';
import type { Failure } from '../skopeo/failure/classify.ts';
import type { ErrorLine } from '../skopeo/output/output-parser.ts';
import type { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationEvent, OperationResult } from '../tracking/events.ts';
import type { OperationObserver } from '../tracking/observer.ts';
import { TrackedOperation } from '../tracking/tracked-operation.ts';
import type { OperationRequest, OperationSubject } from './request.ts';
import { decideRetry } from './retry.ts';
import { classifyAttempt, runAttempt } from './run-attempt.ts';
import { SizeLookup } from './size-lookup.ts';
import { terminationOf } from './termination.ts';

/** How long a finished copy waits for a manifest that gives the sizes of its blobs. */
const LOOKUP_PATIENCE_MS = 3_000;

/** What an operation needs from outside. */
interface OperationContext {
  readonly clock: Clock;
  /** 0 to 1; spreads the delays of retries. */
  readonly random: () => number;
  readonly terminals: Terminals;
  readonly observers: readonly OperationObserver[];
  /** Ends the operation; its reason is a `Termination`. */
  readonly signal: AbortSignal;
  /** Called with every event, after the tracker has processed it. */
  readonly onEvent: (event: OperationEvent, tracker: TrackedOperation) => void;
  readonly onErrorLine: (line: ErrorLine) => void;
  /** Called after the last attempt: no further skopeo will be started for this operation. */
  readonly onSkopeoDone?: () => void;
}

/** The result; the next step for a person after a failure; what skopeo wrote to stdout, if that was captured. */
export interface OperationOutcome {
  readonly result: OperationResult;
  readonly failure?: Failure;
  readonly stdout: Buffer;
}

/** The parts of a running operation that its attempts need. */
interface Running {
  readonly tracker: TrackedOperation;
  readonly emit: (event: OperationEvent) => void;
  readonly inPlace?: DirectCopy | undefined;
}

/**
 * Runs an operation to its end, with attempts and retries. Every event goes to the tracker first, then to `onEvent`.
 * Never rejects, whatever skopeo, a registry or the user does.
 */
export const runOperation = async (request: OperationRequest, context: OperationContext): Promise<OperationOutcome> => {
  const { identity, source, destination, sourceShort, destinationShort } = request;
  const { clock, observers } = context;
  const tracker = new TrackedOperation({
    identity,
    sourceShort,
    destinationShort,
    clock,
    observers,
    part: request.part ?? false,
  });
  const sizes = new SizeLookup(request.sourceManifest, request.platform, (event) => emit(event), context.signal);
  const emit = (event: OperationEvent): void => {
    tracker.handle(event);
    context.onEvent(event, tracker);
    sizes.onEvent(event);
  };
  const running = { tracker, emit };
  try {
    emit({ type: 'operation-started', operation: identity.operation, source, destination });
    await using inPlace = await request.openDestination?.({
      signal: context.signal,
      onWait: () => emit({ type: 'destination-awaited', destination }),
    });
    const { failure, exitCode, stdout } = await runAttempts(request, context, { ...running, inPlace });
    context.onSkopeoDone?.();
    await sizes.close(failure ? 0 : LOOKUP_PATIENCE_MS);
    if (!failure) await readDestination(request, emit, context.signal);
    const digest = failure ? undefined : await request.readDigest?.();
    const result = toResult(request, tracker, failure ?? { exitCode }, digest);
    emit({ type: 'operation-finished', result });
    return failure ? { result, failure, stdout } : { result, stdout };
  } finally {
    await request.cleanUp?.().catch(() => undefined);
  }
};

interface AttemptsEnd {
  readonly failure: Failure | undefined;
  /** The exit status. */
  readonly exitCode: number;
  readonly stdout: Buffer;
}

/** Makes attempts until one succeeds or no further one makes sense; the failure of the last one. */
const runAttempts = async (
  request: OperationRequest,
  context: OperationContext,
  running: Running,
): Promise<AttemptsEnd> => {
  const { signal } = context;
  for (let attempt = 1; ; attempt++) {
    await running.inPlace?.begin();
    const end = await runAttempt({
      ...context,
      ...request.skopeo,
      emit: running.emit,
      attempt,
      stallTimeoutSeconds: request.stallTimeoutSeconds,
      quietSinceMs: () => running.tracker.quietSinceMs(),
      look: (pid) => running.inPlace?.look(pid),
    });
    const { stdout } = end.exit;
    if (end.exit.exitCode === 0 && !end.exit.isCut) return { failure: undefined, exitCode: 0, stdout };
    await running.inPlace?.clear().catch(() => undefined);
    const judged = classifyAttempt(end, { ...request, ...request.skopeo });
    const { answered = false, exitCode = judged.exitCode } = request.interpret?.(judged) ?? {};
    if (answered) return { failure: undefined, exitCode, stdout };
    const failure = { ...judged, exitCode };
    const { errorType, message, registry } = failure;
    running.emit({
      type: 'attempt-failed',
      attempt,
      errorType,
      message,
      ...defined({ registry }),
    });
    const decision = decideRetry(errorType, attempt, request.retry, context.random());
    if (decision.kind === 'give-up' || signal.aborted) return { failure, exitCode, stdout };
    const { delaySeconds } = decision;
    running.emit({ type: 'retrying', attempt: attempt + 1, errorType, delaySeconds, message });
    await wait(delaySeconds * 1000, signal).catch(() => undefined);
    const termination = terminationOf(signal);
    if (termination) {
      const ended = classifyAttempt({ exit: end.exit, termination }, { ...request, ...request.skopeo });
      return { failure: ended, exitCode: ended.exitCode, stdout };
    }
  }
};

/** Sizes that were not known before the copy. */
const readDestination = async (
  request: OperationRequest,
  emit: (event: OperationEvent) => void,
  signal: AbortSignal,
): Promise<void> => {
  const lookup = new SizeLookup(request.destinationManifest, request.platform, emit, signal);
  lookup.readNow();
  await lookup.close(LOOKUP_PATIENCE_MS);
};

const toResult = (
  { identity, source, destination }: OperationRequest,
  tracker: TrackedOperation,
  end: Failure | Pick<AttemptsEnd, 'exitCode'>,
  digest: string | undefined,
): OperationResult => ({
  operation: identity.operation,
  source,
  destination,
  exitCode: end.exitCode,
  ...('errorType' in end
    ? { outcome: 'error', errorType: end.errorType, message: end.message }
    : { outcome: 'success' }),
  ...defined({ digest }),
  ...tracker.settle(!('errorType' in end)),
});

/** Reports an operation that failed before any skopeo could be started for it, like any other; returns its result. */
export const reportStartFailure = (
  { identity, source, destination, sourceShort, destinationShort }: OperationSubject,
  { errorType, exitCode, message }: Pick<WrapperError, 'errorType' | 'exitCode' | 'message'>,
  { clock, observers, onEvent }: Pick<OperationContext, 'clock' | 'observers'> & Partial<OperationContext>,
): OperationResult => {
  const { operation } = identity;
  const tracker = new TrackedOperation({ identity, sourceShort, destinationShort, clock, observers });
  const emit = (event: OperationEvent): void => {
    tracker.handle(event);
    onEvent?.(event, tracker);
  };
  emit({ type: 'operation-started', operation, source, destination });
  const failure = { outcome: 'error', exitCode, errorType, message } as const;
  const result = { operation, source, destination, ...failure, ...tracker.settle(false) };
  emit({ type: 'operation-finished', result });
  return result;
};
