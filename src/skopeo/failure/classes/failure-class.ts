import type { ErrorType } from '../../../tracking/vocabulary.ts';
import type { FailureSubject } from '../facts.ts';

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
