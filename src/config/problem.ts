import { EXIT, WrapperError } from '../errors/wrapper-error.ts';

/** One thing wrong with a file, where it is, and what would be right. */
export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The value or key that it is about: `images[2].tags`; absent if it concerns the whole file. */
  readonly key?: string;
  readonly message: string;
}

/** A path of keys as people write it: `images[2].tags`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  );

/** `file:line:column: problem` */
export const problemLine = (file: string, { line, column, message }: Problem): string =>
  `${file}:${line}:${column}: ${message}`;

/** Further problems are mostly consequences of the first ones. */
const MAX_TOLD = 50;

/** The file cannot be used; the message has a line for each problem. */
export class ConfigurationError extends WrapperError {
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const lines = ordered.slice(0, MAX_TOLD).map((problem) => problemLine(file, problem));
    const more = ordered.length > MAX_TOLD ? [`… and ${ordered.length - MAX_TOLD} more`] : [];
    super([...lines, ...more].join('\n'), { errorType: 'usage', exitCode: EXIT.usage });
    this.file = file;
    this.problems = ordered;
  }
}
