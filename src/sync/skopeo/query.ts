import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { classifyFailure } from '../../skopeo/failure/classify.ts';
import { type SkopeoOptions, startSkopeo } from '../../skopeo/process/start-skopeo.ts';

export type QueryOptions = Omit<SkopeoOptions, 'streams' | 'onEvent' | 'onErrorLine'>;

/** Runs skopeo for the text that it prints. Throws a `WrapperError` that tells the class of its failure. */
export const query = async (options: QueryOptions): Promise<Buffer> => {
  const skopeo = startSkopeo({
    ...options,
    streams: 'captured',
    onEvent: () => undefined,
    onErrorLine: () => undefined,
  });
  const { exitCode, signal, fatalMessage, stdout } = await skopeo.ended;
  if (exitCode === 0) return stdout;
  const reason = options.signal.aborted ? 'canceled' : undefined;
  const failure = classifyFailure({ exitCode: exitCode ?? null, signal, stderrFatal: fatalMessage, reason });
  const { errorType, message, next } = failure;
  throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
};
