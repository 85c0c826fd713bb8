import { RE2JS } from 're2js';
import { usageError } from '../../errors/wrapper-error.ts';

/**
 * A regular expression of a user. It is run by a port of RE2 (Go's engine, which skopeo's own files are written for): its
 * time grows with the length of the text alone, whereas JavaScript's would try `(\d+)+$` on a tag for hours.
 */
export interface Expression {
  /** Whether it is found anywhere in the text. */
  isFoundIn(text: string): boolean;
  /** Replaces what is found first; `$1` and `$<name>` stand for groups. */
  replaceIn(text: string, replacement: string): string;
}

/** What other engines have and one of linear time cannot have, by how it is written. */
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
 * Compiles an expression in Go's syntax (https://pkg.go.dev/regexp/syntax); `written` is what messages quote.
 * @throws WrapperError `usage` when it cannot be compiled; look-around and back-references are named.
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
