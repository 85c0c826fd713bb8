import type { Clock } from '../../context.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { type Termination, terminationError, terminationOf } from '../../operation/termination.ts';
import { Watchdog } from '../../operation/watchdog.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { classifyFailure } from '../../skopeo/failure/classify.ts';
import { MAX_CAPTURED_BYTES } from '../../skopeo/process/output-buffer.ts';
import { readProcessIo } from '../../skopeo/process/process-io.ts';
import { type SkopeoOptions, startSkopeo } from '../../skopeo/process/start-skopeo.ts';

/** How often the process's I/O counters are read. */
const SAMPLE_MS = 500;

interface QueryWatch {
  readonly clock: Clock;
  /** Silence that ends a query; undefined: no silence is too long. */
  readonly stallTimeoutSeconds: number | undefined;
}

/**
 * Calls `onStalled` once a query's process has moved no byte for too long: a query prints nothing before its end, and
 * skopeo waits for an answer for ever. Dispose it when the query has ended.
 */
const watchQuery = (
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

interface QueryOptions extends Omit<SkopeoOptions, 'streams' | 'onEvent' | 'onErrorLine'>, QueryWatch {
  readonly redactor: Redactor;
}

/**
 * Runs skopeo for the text that it prints. Throws a `WrapperError` that tells the class of its failure; `stalled` when it
 * moved nothing for too long.
 */
export const query = async (options: QueryOptions): Promise<Buffer> => {
  const stall = new AbortController();
  const signal = AbortSignal.any([options.signal, stall.signal]);
  const skopeo = startSkopeo({
    ...options,
    signal,
    streams: 'captured',
    onEvent: () => undefined,
    onErrorLine: () => undefined,
  });
  using _watch = watchQuery(skopeo.pid, options, (seconds) =>
    stall.abort({ kind: 'stalled', seconds } satisfies Termination),
  );
  const { exitCode, signal: endedBy, fatalMessage, stdout, isCut } = await skopeo.ended;
  if (isCut) throw terminationError({ kind: 'cut', bytes: MAX_CAPTURED_BYTES });
  if (exitCode === 0) return stdout;
  const termination = terminationOf(signal);
  if (termination) throw terminationError(termination);
  const failure = classifyFailure({
    exitCode: exitCode ?? null,
    signal: endedBy,
    stderrFatal: fatalMessage,
    redactor: options.redactor,
  });
  const { errorType, message, next } = failure;
  throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
};
