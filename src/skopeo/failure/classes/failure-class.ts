import type { ErrorType } from '../../../tracking/vocabulary.ts';
import type { FailureSubject } from '../facts.ts';

/** How messages of containers/image write an HTTP status. */
export const HTTP = '(?:StatusCode: |HTTP status: |status code from registry |destination repository \\S+: )';

/** Exit status of skopeo itself. */
export const SKOPEO = "skopeo's";

export const registry = (subject: FailureSubject): string => subject.registry ?? 'the registry';
export const path = (subject: FailureSubject): string => subject.path ?? subject.store ?? 'the path';

/** `--src-tls-verify`, `--dest-tls-verify` or `--tls-verify`. */
export const sideFlag = ({ flagPrefix }: FailureSubject, name: string): string => `--${flagPrefix ?? ''}${name}`;

/** The flag for further attempts, with `words` before it; empty for `sync`, which has made these attempts already. */
export const retryFlag = ({ sync }: FailureSubject, words: string): string => (sync ? '' : `${words} --retry-times 3`);

/** Matches when one of the patterns matches; `.` matches line ends, since messages have several lines. */
export const any = (...patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'), 's');

/** Whether to try the same operation again: no; soon; once; after minutes or hours. */
export type Retryable = 'no' | 'yes' | 'once' | 'later';

/** One kind of failure: the row of the table that classification, retries, messages and documentation share. */
export interface FailureClass {
  readonly errorType: ErrorType;
  /** Matches the normalized fatal message; absent: the way in which the process ended shows the class. */
  readonly pattern?: RegExp;
  readonly retryable: Retryable;
  /** Which exit status the wrapper has. */
  readonly exitStatus: string;
  /** What happened, in one line, for the documentation. */
  readonly meaning: string;
  /** The next step, one or two sentences. */
  readonly next: (subject: FailureSubject) => string;
}
