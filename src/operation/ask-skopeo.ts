import type { Clock } from '../context.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import type { SkopeoProgram } from '../skopeo/process/start-skopeo.ts';
import type { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationEvent } from '../tracking/events.ts';
import { judge, runAttempt } from './run-attempt.ts';
import { terminationError } from './termination.ts';

/** What a question needs from the run that asks it. */
export interface AskContext extends SkopeoProgram {
  readonly clock: Clock;
  readonly terminals: Terminals;
  readonly redactor: Redactor;
}

/** A question to skopeo, besides its main work or before it. */
export interface SkopeoQuestion {
  readonly args: readonly string[];
  /** The image or repository that the question is about. */
  readonly reference: string;
  /** Silence that ends the question; undefined: there is no limit. */
  readonly stallTimeoutSeconds: number | undefined;
  readonly signal: AbortSignal;
}

/** Nobody can answer if skopeo itself asks something. */
const NO_ANSWERS = new Secret('');

/**
 * Runs skopeo once and returns the text that it prints. As it prints nothing before its end and has no limit on
 * waiting, it counts as silent while its process moves no byte and prints nothing. Throws a `WrapperError` with the
 * class of its failure; `stalled` after too long a silence.
 */
export const askSkopeo = async (question: SkopeoQuestion, context: AskContext): Promise<Buffer> => {
  const { binary, clock, redactor } = context;
  let movedBytes = 0;
  let quietSinceMs = clock.monotonicMs();
  const hear = (event: OperationEvent): void => {
    const nowBytes = event.type === 'io-sampled' ? event.readBytes + event.writtenBytes : undefined;
    if (nowBytes === movedBytes) return;
    quietSinceMs = clock.monotonicMs();
    movedBytes = nowBytes ?? movedBytes;
  };
  const end = await runAttempt({
    ...context,
    ...question,
    streams: 'captured',
    stdin: NO_ANSWERS,
    attempt: 1,
    emit: hear,
    quietSinceMs: () => quietSinceMs,
    look: () => undefined,
    onErrorLine: () => undefined,
  });
  const { exit, termination } = end;
  if (termination !== undefined) throw terminationError(termination);
  if (exit.exitCode === 0) return exit.stdout;
  const { errorType, message, next } = judge(end, { source: question.reference, destination: '', binary, redactor });
  throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
};
