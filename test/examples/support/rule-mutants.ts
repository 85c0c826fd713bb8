import type { AlertRule } from './rule-files.ts';

/** A rule with one deliberate fault, and what the fault is. */
export interface Mutant {
  readonly fault: string;
  readonly rule: AlertRule;
}

const TURNED: Readonly<Record<string, string>> = { '>': '<', '<': '>', '>=': '<', '<=': '>', '==': '!=', '!=': '==' };

// What is no number and no comparison of the expression itself: strings, selectors and ranges.
const OPAQUE = /"[^"]*"|\{[^}]*\}|\[[^\]]*\]/;
const NUMBER = /\b\d+(?:\.\d+)?(?:e\d+)?\b/;
const COMPARISON = />=|<=|==|!=|>|</;

/** Replaces one token of an expression at a time: a mutant per token and replacement. */
const replaceEach = (rule: AlertRule, token: RegExp, replacements: (text: string) => string[]): Mutant[] => {
  const scanner = new RegExp(`${OPAQUE.source}|(?<token>${token.source})`, 'g');
  return [...rule.expr.matchAll(scanner)].flatMap((match) => {
    const text = match.groups?.token;
    if (text === undefined) return [];
    return replacements(text).map((replacement) => ({
      fault: `${text} at ${match.index} became ${replacement}`,
      rule: {
        ...rule,
        expr: rule.expr.slice(0, match.index) + replacement + rule.expr.slice(match.index + text.length),
      },
    }));
  });
};

const numberMutants = (rule: AlertRule): Mutant[] =>
  replaceEach(rule, NUMBER, (text) => {
    const value = Number(text);
    return value === 0 ? [] : [String(value * 10), String(value / 10)];
  });

const comparisonMutants = (rule: AlertRule): Mutant[] =>
  replaceEach(rule, COMPARISON, (text) => [TURNED[text] ?? text]);

const forMutants = (rule: AlertRule): Mutant[] => {
  if (rule.for === undefined) return [];
  const { for: duration, ...withoutFor } = rule;
  const minutes = Number.parseInt(duration, 10);
  return [
    { fault: `for: ${duration} was dropped`, rule: withoutFor },
    { fault: `for: ${duration} became ${minutes * 20}m`, rule: { ...rule, for: `${minutes * 20}m` } },
  ];
};

/** Every single fault of a rule that its unit tests should notice. `for` is given in minutes throughout. */
export const mutantsOf = (rule: AlertRule): Mutant[] => [
  ...numberMutants(rule),
  ...comparisonMutants(rule),
  ...forMutants(rule),
];
