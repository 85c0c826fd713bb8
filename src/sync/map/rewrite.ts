import { usageError } from '../../errors/wrapper-error.ts';

/** A change of repository paths before templates see them. */
export interface PathRewrite {
  readonly match: RegExp;
  /** With `$1` or `$<name>` for groups. */
  readonly replace: string;
}

/** @throws WrapperError `usage` when `match` is no regular expression. */
export const compileRewrite = ({ match, replace }: { match: string; replace: string }): PathRewrite => {
  try {
    return { match: new RegExp(match), replace };
  } catch {
    throw usageError(`rewrite "${match}" is not a regular expression`);
  }
};

/** Applies all rewrites in order, each once. */
export const rewritePath = (path: string, rewrites: readonly PathRewrite[]): string =>
  rewrites.reduce((current, { match, replace }) => current.replace(match, replace), path);
