import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../context.ts';
import { describeImage, describeInstance } from '../skopeo/manifest/describe-image.ts';
import type { ManifestReader } from '../skopeo/manifest/local-layout.ts';
import type { Platform } from '../skopeo/manifest/parse-manifest.ts';
import type { ErrorLine } from '../skopeo/output/output-parser.ts';
import type { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationEvent, OperationResult } from '../tracking/events.ts';
import type { OperationIdentity, OperationObserver } from '../tracking/observer.ts';
import { OperationTracker } from '../tracking/operation-tracker.ts';
import { type Failure, judge } from './judge.ts';
import { type RetryPolicy, retryDelaySeconds } from './retry-policy.ts';
import { type AttemptEnd, runAttempt } from './run-attempt.ts';
import { type Termination, terminationOf } from './termination.ts';

/** One operation as its user sees it: which skopeo to run, how often, for how long. */
export interface OperationRequest {
  readonly identity: OperationIdentity;
  /** References without credentials, for people. */
  readonly source: string;
  readonly destination: string;
  readonly sourceShort: string;
  readonly destinationShort: string;
  readonly skopeo: {
    readonly binary: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
  };
  readonly retry: RetryPolicy;
  readonly stallTimeoutSeconds?: number;
  readonly timeoutSeconds?: number;
  /** Reads the source's manifest, where that is free; tells exact sizes and totals. */
  readonly sourceManifest?: ManifestReader;
  /** Reads the destination's manifest after a success; tells sizes that the source could not. */
  readonly destinationManifest?: ManifestReader;
  readonly platform: Platform;
  /** The digest of the manifest at the destination, after a success. */
  readonly readDigest?: () => Promise<string | undefined>;
  /** Clears what a failed attempt left behind and the next one would trip over. */
  readonly beforeRetry?: () => Promise<void>;
}

export interface OperationSurroundings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly terminals: Terminals;
  readonly observers: readonly OperationObserver[];
  /** Ends the operation; its reason is a `Termination`. */
  readonly signal: AbortSignal;
  /** Every event, after the tracker has taken it. */
  readonly onEvent: (event: OperationEvent, tracker: OperationTracker) => void;
  readonly onErrorLine: (line: ErrorLine) => void;
}

/** A result, and what a person is to do about a failure. */
export interface OperationOutcome {
  readonly result: OperationResult;
  readonly failure?: Failure;
}

/**
 * Runs an operation to its end: attempts, retries, time limits. Everything that happens goes to the tracker first, then
 * to `onEvent`. Never rejects for anything that skopeo, a registry or the user does.
 */
export const runOperation = async (
  request: OperationRequest,
  surroundings: OperationSurroundings,
): Promise<OperationOutcome> => {
  const { clock, observers, onEvent } = surroundings;
  const { identity, source, destination, sourceShort, destinationShort } = request;
  const tracker = new OperationTracker({ identity, sourceShort, destinationShort, clock, observers });
  const emit = (event: OperationEvent): void => {
    tracker.handle(event);
    onEvent(event, tracker);
  };
  const limit = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, limit.signal]);
  const { timeoutSeconds } = request;
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : setTimeout(
          () => limit.abort({ kind: 'timeout', seconds: timeoutSeconds } satisfies Termination),
          timeoutSeconds * 1000,
        );
  try {
    emit({ type: 'operation-started', operation: identity.operation, source, destination });
    const failure = await runAttempts(request, { ...surroundings, signal }, tracker, emit);
    if (!failure) await readDestination(request, emit);
    const digest = failure ? undefined : await request.readDigest?.();
    const result: OperationResult = {
      operation: identity.operation,
      source,
      destination,
      ...(failure
        ? { outcome: 'error', exitCode: failure.exitCode, errorType: failure.errorType, message: failure.message }
        : { outcome: 'success', exitCode: 0 }),
      ...(digest === undefined ? {} : { digest }),
      ...tracker.settle(failure === undefined),
    };
    emit({ type: 'operation-finished', result });
    return failure ? { result, failure } : { result };
  } finally {
    clearTimeout(timer);
  }
};

/** Attempts until one succeeds or no more is worthwhile; the failure of the last one. */
const runAttempts = async (
  request: OperationRequest,
  surroundings: OperationSurroundings,
  tracker: OperationTracker,
  emit: (event: OperationEvent) => void,
): Promise<Failure | undefined> => {
  for (let attempt = 1; ; attempt++) {
    const end = await attemptOnce(request, surroundings, tracker, attempt, emit);
    if (end.exit.exitCode === 0) return undefined;
    const failure = judge(end, request);
    const { errorType, message, registry } = failure;
    emit({ type: 'attempt-failed', attempt, errorType, message, ...(registry === undefined ? {} : { registry }) });
    if (attempt > request.retry.times || !failure.worthRetry(attempt) || surroundings.signal.aborted) return failure;
    await request.beforeRetry?.();
    const delaySeconds = retryDelaySeconds(request.retry, attempt, surroundings.random);
    emit({ type: 'retrying', attempt: attempt + 1, errorType, delaySeconds, message });
    await sleep(delaySeconds * 1000, undefined, { signal: surroundings.signal }).catch(() => undefined);
    const termination = terminationOf(surroundings.signal);
    if (termination) return judge({ exit: end.exit, termination }, request);
  }
};

const attemptOnce = (
  request: OperationRequest,
  surroundings: OperationSurroundings,
  tracker: OperationTracker,
  attempt: number,
  emit: (event: OperationEvent) => void,
): Promise<AttemptEnd> => {
  const { stallTimeoutSeconds, sourceManifest, platform } = request;
  const tell = (event: OperationEvent | undefined): void => {
    if (event) emit(event);
  };
  const listen = (event: OperationEvent): void => {
    emit(event);
    if (!sourceManifest) return;
    if (event.type === 'attempt-started' && attempt === 1) void describeImage(sourceManifest, platform).then(tell);
    if (event.type === 'instance-started') void describeInstance(sourceManifest, event.digest).then(tell);
  };
  return runAttempt({
    ...request.skopeo,
    ...surroundings,
    ...(stallTimeoutSeconds === undefined ? {} : { stallTimeoutSeconds }),
    attempt,
    emit: listen,
    quietSinceMs: () => tracker.quietSinceMs(),
  });
};

/** Sizes that nobody could tell before the copy. */
const readDestination = async (request: OperationRequest, emit: (event: OperationEvent) => void): Promise<void> => {
  if (!request.destinationManifest) return;
  const known = await describeImage(request.destinationManifest, request.platform);
  if (known) emit(known);
};
