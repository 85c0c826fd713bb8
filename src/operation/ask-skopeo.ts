import type { Clock } from '../context.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { after } from '../host/timers.ts';
import { parseReference } from '../image/reference.ts';
import { RegistryMisbehaviourError } from '../registry/misbehaviour.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { residentBytes } from '../skopeo/process/process-io.ts';
import type { SkopeoProgram } from '../skopeo/process/start-skopeo.ts';
import type { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationEvent } from '../tracking/events.ts';
import { classifyAttempt, runAttempt } from './run-attempt.ts';
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
  readonly limits?: AnswerLimits;
}

/** What an answer may take, however often a byte of it arrives. */
export interface AnswerLimits {
  readonly seconds: number;
  /** Of the memory of skopeo, which reads an answer whole. */
  readonly bytes: number;
}

const LIMITS: AnswerLimits = { seconds: 600, bytes: 1024 ** 3 };

/** Nobody can answer if skopeo itself asks something. */
const NO_ANSWERS = new Secret('');

/**
 * Runs skopeo once and returns the text that it prints. As it prints nothing before its end and has no limit on
 * waiting, it counts as silent while its process moves no byte and prints nothing. Throws a `WrapperError` with the
 * class of its failure; `stalled` after too long a silence.
 */
export const askSkopeo = async (question: SkopeoQuestion, context: AskContext): Promise<Buffer> => {
  const { binary, clock, redactor } = context;
  const { seconds, bytes } = question.limits ?? LIMITS;
  const endless = new AbortController();
  const giveUp = (what: string): void => {
    const { registry = 'skopeo' } = parseReference(question.reference);
    endless.abort(new RegistryMisbehaviourError(registry, `sends an answer that does not end: ${what}`));
  };
  using _ = after(seconds * 1000, () => giveUp(`skopeo was given ${seconds} s for it`));
  let movedBytes = 0;
  let quietSinceMs = clock.monotonicMs();
  let pid: number | undefined;
  const onEvent = (event: OperationEvent): void => {
    if (event.type === 'attempt-started') pid = event.pid;
    if (pid !== undefined && (residentBytes(pid) ?? 0) > bytes)
      giveUp(`skopeo took ${bytes / 1024 ** 2} MiB of memory`);
    const nowBytes = event.type === 'io-sampled' ? event.readBytes + event.writtenBytes : undefined;
    if (nowBytes === movedBytes) return;
    quietSinceMs = clock.monotonicMs();
    movedBytes = nowBytes ?? movedBytes;
  };
  const end = await runAttempt({
    ...context,
    ...question,
    signal: AbortSignal.any([question.signal, endless.signal]),
    streams: 'captured',
    stdin: NO_ANSWERS,
    attempt: 1,
    emit: onEvent,
    quietSinceMs: () => quietSinceMs,
    look: () => undefined,
    onErrorLine: () => undefined,
  });
  const { exit, termination } = end;
  if (endless.signal.aborted && exit.exitCode !== 0) throw endless.signal.reason;
  if (termination !== undefined) throw terminationError(termination);
  if (exit.exitCode === 0) return exit.stdout;
  const { errorType, message, next } = classifyAttempt(end, {
    source: question.reference,
    destination: '',
    binary,
    redactor,
  });
  throw new WrapperError(message, { errorType, exitCode: EXIT.failure, next });
};
