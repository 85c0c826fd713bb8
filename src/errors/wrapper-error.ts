import { defined } from '../defined.ts';
import type { ErrorType } from '../tracking/vocabulary.ts';

/** The wrapper's own exit statuses (from sysexits.h where one fits); otherwise skopeo's status is passed through. */
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
 * An error that a user can meet: what happened, to what, and what to do next. Any other error that reaches the top is a
 * bug of the wrapper and is reported as one.
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

/** What happened and what to do next, for places with space for one text. */
export const withNextStep = ({ message, next }: WrapperError): string =>
  next === undefined ? message : `${message}. ${next}`;

/** Invalid input; it is refused before anything is touched. */
export const usageError = (message: string, next?: string): WrapperError =>
  new WrapperError(message, {
    errorType: 'usage',
    exitCode: EXIT.usage,
    ...defined({ next }),
  });
