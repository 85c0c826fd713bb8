import { compileExpression } from './expression.ts';
import { globExpression } from './glob.ts';

/** A test of tags, with the text it was written as. */
export interface Pattern {
  readonly text: string;
  matches(tag: string): boolean;
}

/**
 * Compiles `/regular expression/` (flag `i` allowed, found anywhere unless anchored) or a glob that must match the whole
 * tag (`*`, `?`, `[a-z]`, `{a,b}`).
 * @throws WrapperError `usage` when it cannot be compiled.
 */
export const compilePattern = (text: string): Pattern => {
  const [, source, flag] = /^\/(.+)\/(i?)$/s.exec(text) ?? [];
  const expression = compileExpression(source ?? globExpression(text), { written: text, ignoreCase: flag === 'i' });
  return { text, matches: (tag) => expression.isFoundIn(tag) };
};

/**
 * Compiles a regular expression as skopeo's `images-by-tag-regex` has it, found anywhere in the tag.
 * @throws WrapperError `usage` when it cannot be compiled.
 */
export const compileTagExpression = (text: string): Pattern => {
  const expression = compileExpression(text);
  return { text, matches: (tag) => expression.isFoundIn(tag) };
};
