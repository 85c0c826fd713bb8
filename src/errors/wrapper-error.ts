import { defined } from '../defined.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';

/** Exit statuses of our own (sysexits.h where one fits); skopeo's status passes through otherwise. */
export const EXIT = {
  success: 0,
  failure: 1,
  notFound: 2,
  partialFailure: 3,
  usage: 64,
  unavailable: 69,
  ioError: 74,
  locked: 75,
  timeout: 124,
} as const;

/**
 * An error a user can meet: what happened, to what, and what to do next. Anything else that reaches the top is a bug of
 * ours and is reported as one.
 */
export class WrapperError extends Error {
  readonly errorType: ErrorType;
  readonly exitCode: number;
  /** The next step, one sentence. */
  readonly next: string | undefined;

  constructor(message: string, options: { errorType: ErrorType; exitCode: number; next?: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'WrapperError';
    this.errorType = options.errorType;
    this.exitCode = options.exitCode;
    this.next = options.next;
  }
}

/** What happened and what to do next, for places that have room for one text. */
export const withNextStep = ({ message, next }: WrapperError): string =>
  next === undefined ? message : `${message}. ${next}`;

/** Bad input: refused before anything is touched. */
export const usageError = (message: string, next?: string): WrapperError =>
  new WrapperError(message, {
    errorType: 'usage',
    exitCode: EXIT.usage,
    ...defined({ next }),
  });
