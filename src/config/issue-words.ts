import type * as z from 'zod';

type RawIssue = z.core.$ZodRawIssue;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** A type in plain words: `a list`. */
const typeWord = (type: string): string => TYPE_WORDS[type] ?? type;

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/**
 * How to correct a value of the wrong type, where that is clear. The value itself is not repeated: it may be secret.
 */
const remedy = (expected: string, value: unknown): string => {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return '; put it in quotes';
  if (typeof value !== 'string') return '';
  const isQuoted = expected === 'boolean' ? /^(?:true|false)$/.test(value) : /^\d+(?:\.\d+)?$/.test(value);
  if (isQuoted && ['number', 'int', 'boolean'].includes(expected)) return '; take the quotes away';
  return expected === 'array' ? '; put a single one in brackets' : '';
};

const wrongType = (expected: string, value: unknown): string => {
  if (value === undefined) return 'is missing';
  const wanted = `must be ${typeWord(expected)}`;
  if (value === null || value === '') return `has no value; it ${wanted}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `must be ${typeWord(expected)} that is finite`;
  const kind = kindOf(value);
  const isOfKind = expected === 'int' && kind === 'number';
  return `${wanted}${isOfKind ? '' : `, not ${typeWord(kind)}`}${remedy(expected, value)}`;
};

const outOfRange = (
  { origin, inclusive = true }: { origin: string; inclusive?: boolean },
  word: 'at least' | 'at most',
  limit: number | bigint,
): string => {
  const isNumber = origin === 'number' || origin === 'int';
  if (!isNumber && word === 'at least' && Number(limit) === 1) return 'must not be empty';
  if (!isNumber) return `must have ${word} ${limit} ${origin === 'string' ? 'characters' : 'entries'}`;
  if (inclusive) return `must be ${word} ${limit}`;
  return `must be ${word === 'at least' ? 'more' : 'less'} than ${limit}`;
};

const alternatives = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), words.at(-1)].filter((part) => part !== '').join(' or ');

/** `must be "all", text or a list`, instead of the issues of each branch of a union. */
const mustBeOneOf = (forms: readonly string[], value: unknown): string => {
  const wanted = `must be ${alternatives([...new Set(forms)])}`;
  if (value === undefined) return 'is missing';
  if (value === null || value === '') return `has no value; it ${wanted}`;
  return `${wanted}${forms.includes(typeWord('array')) ? remedy('array', value) : ''}`;
};

/** The value of an enumeration as it is written. */
const valueWord = (value: unknown): string => (value === '' ? 'empty' : `"${String(value)}"`);

/** What each branch of a union would accept. */
const forms = (branches: readonly (readonly z.core.$ZodIssue[])[]): readonly string[] =>
  branches.flatMap(([first]) => {
    if (first?.code === 'invalid_type') return [typeWord(first.expected)];
    return first?.code === 'invalid_value' ? first.values.map(valueWord) : [];
  });

/** What is wrong with a value, in plain words; absent where the schema or the caller has its own words. */
export const issueWords = (issue: RawIssue): string | undefined => {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_value':
      return mustBeOneOf(issue.values.map(valueWord), issue.input);
    case 'invalid_union':
      return mustBeOneOf(forms(issue.errors), issue.input);
    case 'too_small':
      return outOfRange(issue, 'at least', issue.minimum);
    case 'too_big':
      return outOfRange(issue, 'at most', issue.maximum);
    default:
      return undefined;
  }
};
