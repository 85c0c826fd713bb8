import { matchesGlob } from 'node:path/posix';
import { usageError } from '../../errors/wrapper-error.ts';

/** A test of tags, with the text it was written as. */
export interface Pattern {
  readonly text: string;
  matches(tag: string): boolean;
}

const compileRegExp = (source: string, flags: string, text: string): RegExp => {
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^.*: /, '') : String(cause);
    throw usageError(`pattern "${text}" is not a regular expression: ${reason}`);
  }
};

/**
 * Compiles `/regular expression/` (flag `i` allowed, found anywhere unless anchored) or a glob that must match the whole
 * tag (`*`, `?`, `[a-z]`, `{a,b}`).
 * @throws WrapperError `usage` when it cannot be compiled.
 */
export const compilePattern = (text: string): Pattern => {
  const regExp = /^\/(.+)\/(i?)$/s.exec(text);
  if (regExp === null) return { text, matches: (tag) => matchesGlob(tag, text) };
  const compiled = compileRegExp(regExp[1] ?? '', regExp[2] ?? '', text);
  return { text, matches: (tag) => compiled.test(tag) };
};
