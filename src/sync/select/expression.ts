import { RE2JS } from 're2js';
import { usageError } from '../../errors/wrapper-error.ts';

/**
 * A regular expression of a user. A port of RE2 (Go's engine, for which skopeo's own files are written) runs it. Its
 * time grows only with the length of the text, whereas JavaScript's engine would try `(\d+)+$` on a tag for hours.
 */
export interface Expression {
  /** Whether it matches anywhere in the text. */
  isFoundIn(text: string): boolean;
  /** Replaces the first match; `$1` and `$<name>` stand for groups. */
  replaceIn(text: string, replacement: string): string;
}

/** How to recognise what other engines offer and an engine with linear time cannot offer. */
const UNSUPPORTED: readonly (readonly [construct: string, sign: RegExp])[] = [
  ['look-ahead', /\(\?[=!]/],
  ['look-behind', /\(\?<[=!]/],
  ['a back-reference', /\\(?:[1-9]|k<)/],
  ['an atomic group', /\(\?>/],
];

const refusal = (source: string, written: string, cause: unknown): Error => {
  const [construct] = UNSUPPORTED.find(([, sign]) => sign.test(source)) ?? [];
  if (construct === undefined) {
    const reason = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause);
    return usageError(`"${written}" is not a regular expression: ${reason}`);
  }
  return usageError(
    `"${written}" uses ${construct}, which regular expressions do not have here`,
    'Write it without (the syntax is that of Go), or split it into include and exclude.',
  );
};

/**
 * Compiles an expression in Go's syntax (https://pkg.go.dev/regexp/syntax); messages quote `written`.
 * @throws WrapperError `usage` when it cannot be compiled; the message names look-around and back-references.
 */
export const compileExpression = (source: string, { written = source, ignoreCase = false } = {}): Expression => {
  try {
    const compiled = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return {
      isFoundIn: (text) => compiled.test(text),
      replaceIn: (text, replacement) => compiled.matcher(text).replaceFirst(replacement),
    };
  } catch (cause) {
    throw refusal(source, written, cause);
  }
};
