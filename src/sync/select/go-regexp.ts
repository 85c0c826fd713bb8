import { usageError } from '../../errors/wrapper-error.ts';
import type { Pattern } from './pattern.ts';

/** Syntax of Go's RE2 that JavaScript lacks or reads otherwise. */
const NOT_PORTABLE = /\\[QEpPCaz]|\[\[:\^?\w+:\]\]|\(\?[a-zA-Z-]*[sUm][a-zA-Z-]*[):]|\\x\{/;

/**
 * Compiles a regular expression in Go's syntax (skopeo's `images-by-tag-regex`), found anywhere in the tag. What both
 * languages read alike is taken as it is, leading flags and named groups are translated; anything else is refused rather
 * than read differently. Source: https://pkg.go.dev/regexp/syntax
 * @throws WrapperError `usage` when it cannot be compiled.
 */
export const compileGoRegExp = (text: string): Pattern => {
  const flags = /^\(\?i\)/.test(text) ? 'i' : '';
  const source = text
    .replace(/^\(\?i\)/, '')
    .replaceAll('(?P<', '(?<')
    .replace(/^\\A/, '^')
    .replace(/\\z$/, '$');
  if (NOT_PORTABLE.test(source)) {
    throw usageError(`regular expression "${text}" uses syntax of Go that cannot be carried over`, 'Write it plainer.');
  }
  try {
    const compiled = new RegExp(source, flags);
    return { text, matches: (tag) => compiled.test(tag) };
  } catch {
    throw usageError(`"${text}" is not a regular expression`);
  }
};
