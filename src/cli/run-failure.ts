import type { Context } from '../context.ts';
import { defined } from '../defined.ts';
import { messageOf } from '../errors/system-error.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import type { RunVerdict } from '../metrics/state/writing/run-writer.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';

/** Why a run failed before its body was done. */
export interface RunFailure {
  readonly errorType: ErrorType;
  readonly exitCode: number;
  readonly message: string;
  readonly next?: string | undefined;
}

/** The failure that an error stands for; what is no `WrapperError` is a crash. */
export const failureOf = (error: unknown): RunFailure => {
  if (error instanceof WrapperError) return error;
  const message = messageOf(error);
  return { errorType: 'crashed', exitCode: EXIT.failure, message };
};

/** The end of a run as it is recorded: without secrets. */
export const withoutSecrets = (
  { cause, ...verdict }: RunVerdict,
  { redactor }: Pick<Context, 'redactor'>,
): RunVerdict => ({
  ...verdict,
  ...(cause && {
    cause: {
      ...cause,
      message: redactor.redact(cause.message),
      ...defined({ next: cause.next && redactor.redact(cause.next) }),
    },
  }),
});

/** The end of a run that failed before its body was done. */
export const failedRun = ({ errorType, message, next, exitCode }: RunFailure) =>
  ({ exitCode, success: false, cause: { errorType, message, ...defined({ next }) } }) as const;
