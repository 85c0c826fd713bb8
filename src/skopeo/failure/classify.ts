import { constants } from 'node:os';
import { EXIT } from '../../errors/wrapper-error.ts';
import { redactSecrets, shorten } from '../../secrets/redact.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import { CONNECTION_FAILURES } from './classes/connection.ts';
import { BY_SPECIFICITY, type FailureClass, isAnswered, type Retryable } from './classes/failure-class.ts';
import { PROCESS_FAILURES } from './classes/process.ts';
import { REGISTRY_FAILURES } from './classes/registry.ts';
import { REQUEST_FAILURES } from './classes/request.ts';
import { TRANSFER_FAILURES } from './classes/transfer.ts';
import { type CommandFlags, type FailureSubject, failedSide, failureSubject, normalizeMessage } from './facts.ts';
import { registryAnswer } from './registry-answer.ts';

/** Lets the next step of a class be the special one that applies. */
const withSpecialSteps = (row: FailureClass): FailureClass => ({
  ...row,
  next: (subject) => (row.special?.find(({ applies }) => applies(subject)) ?? row).next(subject),
});

/**
 * All kinds of failure; the first match counts. Patterns are valid for skopeo 1.9 to 1.22. They are anchored with `: `,
 * since users choose the references and host names within messages.
 */
export const FAILURE_CLASSES: readonly FailureClass[] = [
  ...REQUEST_FAILURES,
  ...CONNECTION_FAILURES,
  ...REGISTRY_FAILURES,
  ...TRANSFER_FAILURES,
  ...PROCESS_FAILURES,
].map(withSpecialSteps);

/** How an unsuccessful skopeo process ended. */
interface FailureEvidence {
  /** Null: a signal ended it. */
  readonly exitCode: number | null;
  readonly signal?: NodeJS.Signals | null | undefined;
  /** Message of the `level=fatal` entry, decoded. */
  readonly stderrFatal?: string | undefined;
  /** Why we ended it ourselves, if we did; this counts more than everything else. */
  readonly reason?: 'timeout' | 'stalled' | 'canceled' | undefined;
  /** References as the user wrote them; they provide what the message does not say. */
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly flags?: CommandFlags | undefined;
  readonly redactor?: Pick<Redactor, 'redact'> | undefined;
}

/** What to say and do about it. */
export interface Failure extends FailureSubject {
  readonly errorType: ErrorType;
  readonly retryable: Retryable;
  /** The exit status of the wrapper. */
  readonly exitCode: number;
  /** skopeo's message, or ours if it had none; without secrets, at most 1000 characters. */
  readonly message: string;
  /** The next step. */
  readonly next: string;
  /** Page and anchor of the documentation. */
  readonly docs: string;
}

/** Removes names that users choose: a repository may be called `quota` or `x509`. Transports stay. */
const withoutNames = (message: string): string =>
  message
    .replace(/\b(docker|dir|oci|(?:oci|docker)-archive|containers-storage):\S+?(?=: |["\s]|$)/g, '$1:REFERENCE')
    .replace(/(reading manifest|uploading manifest) \S+ (in|from|to) \S+?(?=: )/g, '$1 TAG $2 REPOSITORY')
    .replace(/(pinging container registry|repository tags for (?:image|repo)) \S+?(?=: )/g, '$1 NAME');

const UNKNOWN = FAILURE_CLASSES.find(({ errorType }) => errorType === 'unknown');

/** The row of the table for an error type. */
export const failureClass = (errorType: ErrorType): FailureClass => {
  const found = FAILURE_CLASSES.find((row) => row.errorType === errorType) ?? UNKNOWN;
  if (found === undefined) throw new TypeError('the failure table has no row for unknown failures');
  return found;
};

/** The class of what a registry answered: by its own words, else by its code, else by the status. */
const classifyAnswer = (message: string): ErrorType | undefined => {
  const answer = registryAnswer(message);
  if (answer === undefined) return undefined;
  const side = failedSide(message);
  for (const by of BY_SPECIFICITY) {
    const found = FAILURE_CLASSES.find(({ answers }) => answers?.some((rule) => isAnswered(rule, by, answer, side)));
    if (found !== undefined) return found.errorType;
  }
  return undefined;
};

/** The error type of a fatal message, or of the same text elsewhere (retry warnings, entries of `sync`). */
export const classifyMessage = (message: string): ErrorType => {
  const normalized = withoutNames(normalizeMessage(message));
  const byPattern = () => FAILURE_CLASSES.find(({ pattern }) => pattern?.test(normalized))?.errorType;
  return classifyAnswer(normalized) ?? byPattern() ?? 'unknown';
};

/** Go's runtime ends with status 2 and no log entry after a panic or SIGQUIT. */
const GO_CRASH_STATUS = 2;

const errorTypeOf = ({ reason, stderrFatal, signal, exitCode }: FailureEvidence): ErrorType => {
  if (reason !== undefined) return reason;
  if (stderrFatal !== undefined) return classifyMessage(stderrFatal);
  if (signal) return signal === 'SIGPIPE' ? 'reader_gone' : 'killed';
  return exitCode === GO_CRASH_STATUS ? 'crashed' : 'unknown';
};

const exitCodeOfFailure = ({ reason, signal, exitCode }: FailureEvidence): number => {
  if (reason === 'timeout' || reason === 'stalled') return EXIT.timeout;
  if (signal) return 128 + constants.signals[signal];
  return exitCode || EXIT.failure;
};

const wrapperMessage = (errorType: ErrorType, { signal, exitCode }: FailureEvidence): string => {
  if (errorType === 'stalled') return 'nothing moved for too long; skopeo was stopped';
  if (errorType === 'timeout') return 'the time limit was reached; skopeo was stopped';
  if (errorType === 'canceled') return `stopped${signal ? ` by ${signal}` : ''}`;
  if (errorType === 'reader_gone') return 'whatever read the output went away';
  return signal ? `skopeo was ended by ${signal}` : `skopeo ended with status ${exitCode} and gave no reason`;
};

/** Puts a failed skopeo process into exactly one class and adds the next step. */
export const classifyFailure = (evidence: FailureEvidence): Failure => {
  const errorType = errorTypeOf(evidence);
  const { retryable, next } = failureClass(errorType);
  const fatal = evidence.reason === undefined ? evidence.stderrFatal : undefined;
  const subject = failureSubject(fatal ?? '', evidence);
  const message =
    fatal === undefined ? wrapperMessage(errorType, evidence) : (evidence.redactor?.redact ?? redactSecrets)(fatal);
  return {
    ...subject,
    errorType,
    retryable,
    exitCode: exitCodeOfFailure(evidence),
    message: shorten(message),
    next: next(subject),
    docs: `docs/errors.md#${errorType}`,
  };
};
