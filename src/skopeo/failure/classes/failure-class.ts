import type { ErrorType } from '../../../tracking/vocabulary.ts';
import type { FailureSubject } from '../facts.ts';

/** The notations of an HTTP status in messages of containers/image. */
export const HTTP = '(?:StatusCode: |HTTP status: |status code from registry |destination repository \\S+: )';

/** Whose exit status it is. */
export const SKOPEO = "skopeo's";

export const registry = (subject: FailureSubject): string => subject.registry ?? 'the registry';
export const path = (subject: FailureSubject): string => subject.path ?? subject.store ?? 'the path';

/** `--src-tls-verify`, `--dest-tls-verify` or `--tls-verify`. */
export const sideFlag = ({ flagPrefix }: FailureSubject, name: string): string => `--${flagPrefix ?? ''}${name}`;

/** Further attempts are worth a flag, save where they were made already. */
export const retryFlag = ({ sync }: FailureSubject, words: string): string => (sync ? '' : `${words} --retry-times 3`);

/** Matches when one of the patterns does; `.` matches line ends, since messages span lines. */
export const any = (...patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'), 's');

/** Is the same operation worth another try: no; soon; once; after minutes or hours. */
export type Retryable = 'no' | 'yes' | 'once' | 'later';

/** One way to fail: the row of the table that classification, retries, messages and documentation share. */
export interface FailureClass {
  readonly errorType: ErrorType;
  /** On the normalized fatal message; absent: told by how the process ended. */
  readonly pattern?: RegExp;
  readonly retryable: Retryable;
  /** Whose status the wrapper exits with. */
  readonly exitStatus: string;
  /** What happened, in one line, for the documentation. */
  readonly meaning: string;
  /** The next step, one or two sentences. */
  readonly next: (subject: FailureSubject) => string;
}
