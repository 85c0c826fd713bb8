import type { ErrorType } from '../../../tracking/vocabulary.ts';
import type { FailedSide, FailureSubject } from '../facts.ts';
import type { RegistryAnswer, RegistryStep } from '../registry-answer.ts';

/** Exit status of skopeo itself. */
export const SKOPEO = "skopeo's";

export const registry = (subject: FailureSubject): string => subject.registry ?? 'the registry';
export const path = (subject: FailureSubject): string => subject.path ?? subject.store ?? 'the path';

/** `src-tls-verify`, `dest-tls-verify` or `tls-verify`. */
export const sideFlag = ({ flagPrefix }: FailureSubject, name: string): string => `${flagPrefix ?? ''}${name}`;

/** Whether a flag helps: the command takes it, and was not given it. True where the command is not known. */
export const offers = ({ flags }: FailureSubject, name: string): boolean =>
  flags === undefined || (flags.accepted.has(name) && !flags.given.has(name));

/** Whether a flag may be at fault: true where the command is not known. */
export const wasGiven = ({ flags }: FailureSubject, name: string): boolean => flags?.given.has(name) ?? true;

/** The flag for further attempts, with `words` before it; empty for `sync`, which has made these attempts already. */
export const retryFlag = (subject: FailureSubject, words: string): string =>
  subject.sync || !offers(subject, 'retry-times') ? '' : `${words} --retry-times 3`;

/** Matches when one of the patterns matches; `.` matches line ends, since messages have several lines. */
export const any = (...patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'), 's');

/** Whether to try the same operation again: no; soon; once; after minutes or hours. */
export type Retryable = 'no' | 'yes' | 'once' | 'later';

/**
 * Answers of a registry that belong to a class; all that is given must hold. What a registry says in words goes before its
 * code, since registries squeeze what the specification has no code for into any of them; a code goes before a status.
 */
export interface AnswerRule {
  /** On the registry's own words, names taken away. */
  readonly words?: RegExp;
  readonly codes?: readonly string[];
  readonly status?: (status: number) => boolean;
  /** Absent: at any step. */
  readonly steps?: readonly RegistryStep[];
  readonly side?: FailedSide;
}

/** How telling what a rule looks at is, the most telling first. */
export const BY_SPECIFICITY = ['words', 'codes', 'status'] as const;

/** Whether a rule whose most telling part is `by` holds for an answer. */
export const isAnswered = (
  { words, codes, status, steps, side }: AnswerRule,
  by: (typeof BY_SPECIFICITY)[number],
  answer: RegistryAnswer,
  answeringSide: FailedSide | undefined,
): boolean => {
  const most = words ? 'words' : codes ? 'codes' : 'status';
  return (
    most === by &&
    (words === undefined || words.test(answer.words)) &&
    (codes === undefined || (answer.code !== undefined && codes.includes(answer.code))) &&
    (status === undefined || (answer.status !== undefined && status(answer.status))) &&
    (steps === undefined || (answer.step !== undefined && steps.includes(answer.step))) &&
    (side === undefined || side === answeringSide)
  );
};

export const oneOf =
  (...statuses: readonly number[]) =>
  (status: number): boolean =>
    statuses.includes(status);

/** Whether skopeo's message, URLs and mirrors taken away, has these words. */
export const says =
  (pattern: RegExp) =>
  ({ message = '' }: FailureSubject): boolean =>
    pattern.test(message);

/** A way of a class to fail that has a next step of its own. */
export interface SpecialStep {
  /** For the documentation: `Where …`. */
  readonly where: string;
  readonly applies: (subject: FailureSubject) => boolean;
  readonly next: (subject: FailureSubject) => string;
}

/** One kind of failure: the row of the table that classification, retries, messages and documentation share. */
export interface FailureClass {
  readonly errorType: ErrorType;
  /** On the normalized fatal message; absent: told by how the process ended, or by `answers` alone. */
  readonly pattern?: RegExp;
  readonly answers?: readonly AnswerRule[];
  readonly retryable: Retryable;
  /** Why it is retried, or not. */
  readonly because: string;
  /** Which exit status the wrapper has. */
  readonly exitStatus: string;
  /** What happened, in one line, for the documentation. */
  readonly meaning: string;
  /** The next step, one or two sentences. */
  readonly next: (subject: FailureSubject) => string;
  /** Next steps for what the message tells more exactly; the first that matches goes before `next`. */
  readonly special?: readonly SpecialStep[];
}
