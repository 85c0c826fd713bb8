import type { Fault, Rule } from './rules.ts';

/** Decides what happens to each request; remembers how often each rule has had its turn. */
export interface RuleBook {
  faultFor(method: string, path: string): Fault | undefined;
}

/** Opens the book on `rules`; setting new rules means opening a new one. */
export const ruleBook = (rules: readonly Rule[]): RuleBook => {
  const openedMs = performance.now();
  const entries = rules.map((rule) => ({ rule, seen: 0 }));

  const strikes = (entry: { rule: Rule; seen: number }, method: string, path: string): boolean => {
    const {
      method: methods,
      path: pattern,
      skip = 0,
      times = Number.POSITIVE_INFINITY,
      afterMs = 0,
    } = entry.rule.match ?? {};
    if (methods !== undefined && !methods.split('|').includes(method)) return false;
    if (pattern !== undefined && !pattern.test(path)) return false;
    if (performance.now() - openedMs < afterMs) return false;
    entry.seen++;
    return entry.seen > skip && entry.seen <= skip + times;
  };

  return {
    faultFor: (method, path) => entries.find((entry) => strikes(entry, method, path))?.rule.do,
  };
};
