import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import { tooManyFiles } from '../errors/descriptors.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { classifyFailure, type Failure, failureClass } from '../skopeo/failure/classify.ts';
import type { CommandFlags } from '../skopeo/failure/facts.ts';
import { MAX_CAPTURED_BYTES } from '../skopeo/process/output-buffer.ts';
import { readProcessIo, unacknowledgedBytes } from '../skopeo/process/process-io.ts';
import { type SkopeoExit, type SkopeoOptions, startSkopeo } from '../skopeo/process/start-skopeo.ts';
import type { OperationEvent } from '../tracking/events.ts';
import { describeTermination, type Termination, terminationOf } from './termination.ts';
import { Watchdog } from './watchdog.ts';

/** How often the process's I/O counters are read and silence is checked. */
const SAMPLE_MS = 500;
/** Only after this silence the sockets are examined for waiting bytes: the table of a busy host is long. */
const CHECK_SOCKETS_AFTER_MS = 1_000;

interface AttemptOptions extends Omit<SkopeoOptions, 'signal' | 'onEvent'> {
  readonly clock: Clock;
  /** Ends the whole operation; its reason is a `Termination`. */
  readonly signal: AbortSignal;
  /** Silence that ends this attempt; undefined: there is no limit. */
  readonly stallTimeoutSeconds: number | undefined;
  readonly attempt: number;
  readonly emit: (event: OperationEvent) => void;
  /** Since when nothing has moved; monotonic milliseconds. */
  readonly quietSinceMs: () => number;
  /** Looks at what the process is doing: from time to time, and right before it is ended. */
  readonly look: (pid: number) => void;
}

interface AttemptEnd {
  readonly exit: SkopeoExit;
  /** Set when we ended skopeo; then skopeo's own messages do not count. */
  readonly termination: Termination | undefined;
}

/** Runs skopeo once and watches over it; resolves when it has ended and all its output has been read. Never rejects. */
export const runAttempt = async (options: AttemptOptions): Promise<AttemptEnd> => {
  const { clock, emit, stallTimeoutSeconds } = options;
  const stall = new AbortController();
  const signal = AbortSignal.any([options.signal, stall.signal]);
  let pid: number | undefined;
  // This listener must be added before those that end the process.
  signal.addEventListener('abort', () => pid !== undefined && options.look(pid), { once: true });
  const skopeo = startSkopeo({ ...options, signal, onEvent: emit });
  pid = skopeo.pid;
  emit({
    type: 'attempt-started',
    attempt: options.attempt,
    onTerminal: skopeo.onTerminal,
    ...defined({ pid: skopeo.pid }),
  });
  const sample = (): void => {
    if (pid !== undefined) options.look(pid);
    const io = pid === undefined ? undefined : readProcessIo(pid);
    if (pid === undefined || io === undefined) return;
    const isQuiet = clock.monotonicMs() - options.quietSinceMs() >= CHECK_SOCKETS_AFTER_MS;
    const queuedBytes = isQuiet ? unacknowledgedBytes(pid) : undefined;
    // What skopeo writes to us is display, not transfer.
    const writtenBytes = io.writtenBytes - skopeo.outputBytes();
    emit({ type: 'io-sampled', ...io, writtenBytes, ...defined({ queuedBytes }) });
  };
  sample();
  const watchdog = new Watchdog(clock, SAMPLE_MS, stallTimeoutSeconds);
  const timer = setInterval(() => {
    sample();
    if (stallTimeoutSeconds !== undefined && watchdog.isStalled(options.quietSinceMs())) {
      stall.abort({ kind: 'stalled', seconds: stallTimeoutSeconds } satisfies Termination);
    }
  }, SAMPLE_MS);
  try {
    const exit = await skopeo.ended;
    if (exit.isCut) return { exit, termination: { kind: 'cut', bytes: MAX_CAPTURED_BYTES } };
    return { exit, termination: exit.exitCode === 0 ? undefined : terminationOf(signal) };
  } finally {
    clearInterval(timer);
  }
};

/** What is needed to classify a failure, besides how the attempt ended. */
interface ClassifiedOperation {
  readonly source: string;
  /** Empty for a command on one image. */
  readonly destination: string;
  readonly binary: string;
  readonly redactor: Redactor;
  readonly flags?: CommandFlags | undefined;
}

const REASONS = { signal: 'canceled', timeout: 'timeout', stalled: 'stalled', cut: undefined } as const;

/**
 * The one class of an attempt's failure. If we ended the attempt ourselves, that counts more than skopeo's own
 * messages.
 */
export const classifyAttempt = ({ exit, termination }: AttemptEnd, operation: ClassifiedOperation): Failure => {
  const { source, destination, redactor, binary, flags } = operation;
  const failure = classifyFailure({
    exitCode: exit.exitCode ?? null,
    signal: exit.signal,
    stderrFatal: exit.fatalMessage,
    reason: termination && REASONS[termination.kind],
    source,
    destination: destination || undefined,
    flags,
    redactor,
  });
  if (termination) return { ...failure, ...describeTermination(termination) };
  if (exit.spawnErrorCode === undefined) return failure;
  const tooMany = tooManyFiles(exit.spawnErrorCode);
  if (tooMany !== undefined) {
    const { errorType, exitCode, message, next = '' } = tooMany;
    return { ...failure, errorType, retryable: 'no', exitCode, message, next };
  }
  const { next } = failureClass('skopeo_missing');
  return {
    ...failure,
    errorType: 'skopeo_missing',
    retryable: 'no',
    exitCode: EXIT.unavailable,
    message: `${binary} cannot be run (${exit.spawnErrorCode})`,
    next: next(failure),
  };
};
