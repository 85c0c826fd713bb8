import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { type Termination, terminationError, terminationOf } from '../../operation/termination.ts';
import { classifyFailure } from '../../skopeo/failure/classify.ts';
import { type SkopeoOptions, startSkopeo } from '../../skopeo/process/start-skopeo.ts';
import { type QueryWatch, watchQuery } from './watch-query.ts';

export interface QueryOptions extends Omit<SkopeoOptions, 'streams' | 'onEvent' | 'onErrorLine'>, QueryWatch {
  /** Values that must not show up in a message. */
  readonly secrets: readonly string[];
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
  const { exitCode, signal: endedBy, fatalMessage, stdout } = await skopeo.ended;
  if (exitCode === 0) return stdout;
  const termination = terminationOf(signal);
  if (termination) throw terminationError(termination);
  const failure = classifyFailure({
    exitCode: exitCode ?? null,
    signal: endedBy,
    stderrFatal: fatalMessage,
    secrets: options.secrets,
  });
  const { errorType, message, next } = failure;
  throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
};
