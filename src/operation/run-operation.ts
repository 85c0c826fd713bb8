import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../context.ts';
import type { ManifestReader } from '../image/local-layout.ts';
import type { Platform } from '../image/platform.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Failure } from '../skopeo/failure/classify.ts';
import type { ErrorLine } from '../skopeo/output/output-parser.ts';
import type { Launcher } from '../skopeo/process/parent-death.ts';
import type { StreamMode } from '../skopeo/process/start-skopeo.ts';
import type { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationEvent, OperationResult } from '../tracking/events.ts';
import type { OperationIdentity, OperationObserver } from '../tracking/observer.ts';
import { OperationTracker } from '../tracking/operation-tracker.ts';
import { isWorthRetry, judge } from './judge.ts';
import { type RetryPolicy, retryDelaySeconds } from './retry-policy.ts';
import { runAttempt } from './run-attempt.ts';
import { SizeLookup } from './size-lookup.ts';
import { type Termination, terminationOf } from './termination.ts';
import type { TimeLimit } from './time-limit.ts';

/** What a failure of skopeo means to the operation, and the status to exit with. */
export interface Interpretation {
  /** The failure is what was asked about: the operation succeeded. */
  readonly answered: boolean;
  readonly exitCode: number;
}

/** How long a copy that is done waits for a manifest that tells the sizes of its blobs. */
const LOOKUP_PATIENCE_MS = 3_000;

/** One operation as its user sees it: which skopeo to run, how often, for how long. */
export interface OperationRequest {
  readonly identity: OperationIdentity;
  /** One image of a sync run: live and counted in blobs and bytes, but no operation of its own. */
  readonly part?: boolean;
  /** References without credentials, for people. */
  readonly source: string;
  readonly destination: string;
  readonly sourceShort: string;
  readonly destinationShort: string;
  readonly skopeo: {
    readonly binary: string;
    readonly launcher?: Launcher;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
    readonly streams: StreamMode;
    readonly stdin?: Secret;
  };
  /** Values that must not show up in a message. */
  readonly secrets: readonly string[];
  readonly retry: RetryPolicy;
  /** Silence that ends an attempt; undefined: never. */
  readonly stallTimeoutSeconds: number | undefined;
  /** Limit on everything, retries included; undefined: none. */
  readonly timeLimit: TimeLimit | undefined;
  /** Reads the source's manifest, where that is free; tells exact sizes and totals. */
  readonly sourceManifest?: ManifestReader | undefined;
  /** Reads the destination's manifest after a success; tells sizes that the source could not. */
  readonly destinationManifest?: ManifestReader | undefined;
  readonly platform: Platform;
  /** The digest of the manifest at the destination, after a success. */
  readonly readDigest?: (() => Promise<string | undefined>) | undefined;
  /** Clears what a failed attempt left half-written: it is no image, and the next attempt would trip over it. */
  readonly clearPartial?: (() => Promise<void>) | undefined;
  /** Removes what was made for the operation alone; called once, at its end. */
  readonly cleanUp?: (() => Promise<void>) | undefined;
  /** Absent: a failure is a failure, with its own status. */
  readonly interpret?: ((failure: Failure) => Interpretation) | undefined;
}

export interface OperationSurroundings {
  readonly clock: Clock;
  /** 0 to 1; spreads the delays of retries. */
  readonly random: () => number;
  readonly terminals: Terminals;
  readonly observers: readonly OperationObserver[];
  /** Ends the operation; its reason is a `Termination`. */
  readonly signal: AbortSignal;
  /** Every event, after the tracker has taken it. */
  readonly onEvent: (event: OperationEvent, tracker: OperationTracker) => void;
  readonly onErrorLine: (line: ErrorLine) => void;
}

/** A result; what a person is to do about a failure; what skopeo wrote to stdout, if that was captured. */
export interface OperationOutcome {
  readonly result: OperationResult;
  readonly failure?: Failure;
  readonly stdout: Buffer;
}

/** The parts of a running operation that its attempts need. */
interface Running {
  readonly tracker: OperationTracker;
  readonly emit: (event: OperationEvent) => void;
  /** Ends the operation: by the surroundings or by its time limit. */
  readonly signal: AbortSignal;
}

/**
 * Runs an operation to its end: attempts, retries, time limits. Everything that happens goes to the tracker first, then
 * to `onEvent`. Never rejects for anything that skopeo, a registry or the user does.
 */
export const runOperation = async (
  request: OperationRequest,
  surroundings: OperationSurroundings,
): Promise<OperationOutcome> => {
  const { identity, source, destination, sourceShort, destinationShort } = request;
  const { clock, observers } = surroundings;
  const tracker = new OperationTracker({
    identity,
    sourceShort,
    destinationShort,
    clock,
    observers,
    part: request.part ?? false,
  });
  const sizes = new SizeLookup(request.sourceManifest, request.platform, (event) => emit(event));
  const emit = (event: OperationEvent): void => {
    tracker.handle(event);
    surroundings.onEvent(event, tracker);
    sizes.onEvent(event);
  };
  const limit = new AbortController();
  const { timeLimit } = request;
  const expire = (set: TimeLimit): void => limit.abort({ kind: 'timeout', ...set } satisfies Termination);
  const timer = timeLimit === undefined ? undefined : setTimeout(expire, timeLimit.seconds * 1000, timeLimit);
  const running = { tracker, emit, signal: AbortSignal.any([surroundings.signal, limit.signal]) };
  try {
    emit({ type: 'operation-started', operation: identity.operation, source, destination });
    const { failure, exitCode, stdout } = await runAttempts(request, surroundings, running);
    await sizes.close(failure ? 0 : LOOKUP_PATIENCE_MS);
    if (!failure) await readDestination(request, emit);
    const digest = failure ? undefined : await request.readDigest?.();
    const result = toResult(request, tracker, failure ?? { exitCode }, digest);
    emit({ type: 'operation-finished', result });
    return failure ? { result, failure, stdout } : { result, stdout };
  } finally {
    clearTimeout(timer);
    await request.cleanUp?.().catch(() => undefined);
  }
};

interface AttemptsEnd {
  readonly failure: Failure | undefined;
  /** To exit with. */
  readonly exitCode: number;
  readonly stdout: Buffer;
}

/** Attempts until one succeeds or no more is worthwhile; the failure of the last one. */
const runAttempts = async (
  request: OperationRequest,
  surroundings: OperationSurroundings,
  running: Running,
): Promise<AttemptsEnd> => {
  for (let attempt = 1; ; attempt++) {
    const end = await runAttempt({
      ...surroundings,
      ...request.skopeo,
      signal: running.signal,
      emit: running.emit,
      attempt,
      stallTimeoutSeconds: request.stallTimeoutSeconds,
      quietSinceMs: () => running.tracker.quietSinceMs(),
    });
    const { stdout } = end.exit;
    if (end.exit.exitCode === 0) return { failure: undefined, exitCode: 0, stdout };
    await request.clearPartial?.().catch(() => undefined);
    const judged = judge(end, { ...request, ...request.skopeo });
    const { answered = false, exitCode = judged.exitCode } = request.interpret?.(judged) ?? {};
    if (answered) return { failure: undefined, exitCode, stdout };
    const failure = { ...judged, exitCode };
    const { errorType, message, registry } = failure;
    running.emit({
      type: 'attempt-failed',
      attempt,
      errorType,
      message,
      ...(registry === undefined ? {} : { registry }),
    });
    const isLast = attempt > request.retry.times || !isWorthRetry(failure, attempt) || running.signal.aborted;
    if (isLast) return { failure, exitCode, stdout };
    const delaySeconds = retryDelaySeconds(request.retry, attempt, surroundings.random);
    running.emit({ type: 'retrying', attempt: attempt + 1, errorType, delaySeconds, message });
    await sleep(delaySeconds * 1000, undefined, { signal: running.signal }).catch(() => undefined);
    const termination = terminationOf(running.signal);
    if (termination) {
      const ended = judge({ exit: end.exit, termination }, { ...request, ...request.skopeo });
      return { failure: ended, exitCode: ended.exitCode, stdout };
    }
  }
};

/** Sizes that nobody could tell before the copy. */
const readDestination = async (request: OperationRequest, emit: (event: OperationEvent) => void): Promise<void> => {
  const lookup = new SizeLookup(request.destinationManifest, request.platform, emit);
  lookup.readNow();
  await lookup.close(LOOKUP_PATIENCE_MS);
};

const toResult = (
  { identity, source, destination }: OperationRequest,
  tracker: OperationTracker,
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
  ...(digest === undefined ? {} : { digest }),
  ...tracker.settle(!('errorType' in end)),
});
