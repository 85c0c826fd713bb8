import { compileExpression, type Expression } from '../select/expression.ts';

/** A change of repository paths before templates see them. */
export interface PathRewrite {
  readonly match: Expression;
  /** With `$1` or `$<name>` for groups. */
  readonly replace: string;
}

/** @throws WrapperError `usage` when `match` is no regular expression. */
export const compileRewrite = ({ match, replace }: { match: string; replace: string }): PathRewrite => ({
  match: compileExpression(match),
  replace,
});

/** Applies all rewrites in order, each once. */
export const rewritePath = (path: string, rewrites: readonly PathRewrite[]): string =>
  rewrites.reduce((current, { match, replace }) => match.replaceIn(current, replace), path);
