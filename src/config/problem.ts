import { EXIT, WrapperError } from '../errors/wrapper-error.ts';

/** One thing wrong with a file, where it is, and what would be right. */
export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The file cannot be used; the message has one line `file:line:column: problem` for each problem. */
export class ConfigurationError extends WrapperError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const lines = ordered.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
    super(lines.join('\n'), { errorType: 'usage', exitCode: EXIT.usage });
    this.problems = ordered;
  }
}
