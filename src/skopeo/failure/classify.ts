import { constants } from 'node:os';
import { EXIT } from '../../errors/wrapper-error.ts';
import { redactSecrets, shorten } from '../../secrets/redact.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { ErrorType } from '../../tracking/vocabulary.ts';
import { CONNECTION_FAILURES } from './classes/connection.ts';
import type { FailureClass, Retryable } from './classes/failure-class.ts';
import { PROCESS_FAILURES } from './classes/process.ts';
import { REGISTRY_FAILURES } from './classes/registry.ts';
import { REQUEST_FAILURES } from './classes/request.ts';
import { type FailureSubject, failureSubject } from './facts.ts';

/**
 * All kinds of failure; the first match counts. Patterns are valid for skopeo 1.9 to 1.22. They are anchored with `: `
 * and the ways to write an HTTP status, since users choose the references and host names within messages.
 */
export const FAILURE_CLASSES: readonly FailureClass[] = [
  ...REQUEST_FAILURES,
  ...CONNECTION_FAILURES,
  ...REGISTRY_FAILURES,
  ...PROCESS_FAILURES,
];

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

/**
 * If a message quotes a whole page, only this much of its beginning and of its end is read: the phase is at its
 * beginning, the cause at its end.
 */
const EDGE_LENGTH = 4096;

const edges = (message: string): string =>
  message.length <= 2 * EDGE_LENGTH ? message : `${message.slice(0, EDGE_LENGTH)} … ${message.slice(-EDGE_LENGTH)}`;

/** Removes what is about other endpoints: the mirrors that failed before the last one, and URLs. */
const normalize = (message: string): string =>
  edges(message)
    .replace(/\(Mirrors also failed: \[.*?\]\): /s, '')
    .replace(/"https?:\/\/[^"]*"/g, '"URL"');

/** Removes names that users choose: a repository may be called `quota` or `x509`. Transports stay. */
const withoutNames = (message: string): string =>
  message
    .replace(/\b(docker|dir|oci|(?:oci|docker)-archive|containers-storage):\S+?(?=: |["\s]|$)/g, '$1:REFERENCE')
    .replace(/(reading manifest|uploading manifest) \S+ (in|to) \S+?(?=: )/g, '$1 TAG $2 REPOSITORY')
    .replace(/(pinging container registry|repository tags for (?:image|repo)) \S+?(?=: )/g, '$1 NAME');

const UNKNOWN = FAILURE_CLASSES.find(({ errorType }) => errorType === 'unknown');

/** The row of the table for an error type. */
export const failureClass = (errorType: ErrorType): FailureClass => {
  const found = FAILURE_CLASSES.find((row) => row.errorType === errorType) ?? UNKNOWN;
  if (found === undefined) throw new TypeError('the failure table has no row for unknown failures');
  return found;
};

/** The error type of a fatal message, or of the same text elsewhere (retry warnings, entries of `sync`). */
export const classifyMessage = (message: string): ErrorType => {
  const normalized = withoutNames(normalize(message));
  return FAILURE_CLASSES.find(({ pattern }) => pattern?.test(normalized))?.errorType ?? 'unknown';
};

/** Go's runtime ends with status 2 and no log entry after a panic or SIGQUIT. */
const GO_CRASH_STATUS = 2;

const errorTypeOf = ({ reason, stderrFatal, signal, exitCode }: FailureEvidence): ErrorType => {
  if (reason !== undefined) return reason;
  if (stderrFatal !== undefined) return classifyMessage(stderrFatal);
  if (signal) return 'killed';
  return exitCode === GO_CRASH_STATUS ? 'crashed' : 'unknown';
};

const exitCodeOfFailure = ({ reason, signal, exitCode }: FailureEvidence): number => {
  if (reason === 'timeout' || reason === 'stalled') return EXIT.timeout;
  if (signal) return 128 + constants.signals[signal];
  return exitCode || EXIT.failure;
};

const ownWords = (errorType: ErrorType, { signal, exitCode }: FailureEvidence): string => {
  if (errorType === 'stalled') return 'nothing moved for too long; skopeo was stopped';
  if (errorType === 'timeout') return 'the time limit was reached; skopeo was stopped';
  if (errorType === 'canceled') return `stopped${signal ? ` by ${signal}` : ''}`;
  return signal ? `skopeo was ended by ${signal}` : `skopeo ended with status ${exitCode} and gave no reason`;
};

/** Puts a failed skopeo process into exactly one class and adds the next step. */
export const classifyFailure = (evidence: FailureEvidence): Failure => {
  const errorType = errorTypeOf(evidence);
  const { retryable, next } = failureClass(errorType);
  const fatal = evidence.reason === undefined ? evidence.stderrFatal : undefined;
  const subject = failureSubject(normalize(fatal ?? ''), evidence);
  const message =
    fatal === undefined ? ownWords(errorType, evidence) : (evidence.redactor?.redact ?? redactSecrets)(fatal);
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
