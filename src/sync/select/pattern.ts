import { usageError } from '../../errors/wrapper-error.ts';
import { compileExpression } from './expression.ts';

/** `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, or characters that a tag may have. */
const TOKEN = /\*+|\?|\[[!^]?(?:\[:[a-z]+:\]|[\w.-])+\]|[{},]|[\w.-]+|./gsu;

const SIGNS: Readonly<Record<string, string>> = { '?': '.', '{': '(?:', ',': '|', '}': ')' };

const translate = (token: string): string | undefined => {
  if (token.startsWith('*')) return '.*';
  if (/^\[./.test(token)) return token.replace(/^\[!/, '[^');
  return SIGNS[token] ?? (/^[\w.-]+$/.test(token) ? token.replaceAll('.', '\\.') : undefined);
};

/** Whether all braces are closed and contain a choice, and commas occur only in braces. */
const isBalanced = (tokens: readonly string[]): boolean => {
  const choices: number[] = [];
  for (const token of tokens) {
    if (token === '{') choices.push(0);
    if (token === ',' && choices.length > 0) choices.push((choices.pop() ?? 0) + 1);
    else if (token === ',') return false;
    if (token === '}' && !choices.pop()) return false;
  }
  return choices.length === 0;
};

/**
 * The regular expression of a glob for a whole tag. Node's own `matchesGlob` takes minutes for a few stars and a long
 * tag.
 * @throws WrapperError `usage` for a glob that no tag can match, since it would silently select nothing.
 */
const globExpression = (glob: string): string => {
  const tokens = glob.match(TOKEN) ?? [];
  const strange = tokens.find((token) => translate(token) === undefined);
  if (strange !== undefined || !isBalanced(tokens)) {
    const what = strange === undefined ? 'braces without a choice' : `"${strange}", which no tag has`;
    throw usageError(`glob "${glob}" has ${what}`, 'Write *, ?, [a-z] and {a,b}, or a /regular expression/.');
  }
  return `^(?:${tokens.map(translate).join('')})$`;
};

/** A test of tags, and the text from which it was compiled. */
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
 * Compiles a regular expression of skopeo's `images-by-tag-regex`; it may match anywhere in the tag.
 * @throws WrapperError `usage` when it cannot be compiled.
 */
export const compileTagExpression = (text: string): Pattern => {
  const expression = compileExpression(text);
  return { text, matches: (tag) => expression.isFoundIn(tag) };
};
