import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { describeTermination, type Termination, terminationOf } from '../../operation/termination.ts';
import { classifyFailure, failureClass } from '../../skopeo/failure/classify.ts';
import { type SkopeoOptions, startSkopeo } from '../../skopeo/process/start-skopeo.ts';
import { type QueryWatch, watchQuery } from './watch-query.ts';

export interface QueryOptions extends Omit<SkopeoOptions, 'streams' | 'onEvent' | 'onErrorLine'>, QueryWatch {}

/** We ended skopeo ourselves: its own words, if any, count for nothing. */
const terminationError = (termination: Termination): WrapperError => {
  const { errorType, message } = describeTermination(termination);
  return new WrapperError(message, { errorType, exitCode: EXIT.failure, next: failureClass(errorType).next({}) });
};

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
  const failure = classifyFailure({ exitCode: exitCode ?? null, signal: endedBy, stderrFatal: fatalMessage });
  const { errorType, message, next } = failure;
  throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
};
