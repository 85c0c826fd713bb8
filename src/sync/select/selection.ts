import type { Pattern } from './pattern.ts';
import type { VersionRange } from './version.ts';

/** What is wanted of a repository. */
export interface Selection {
  /** Tags taken as they are, whatever the rules say. */
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  /** Absent: the lists above are all, and the repository need not be listed. */
  readonly rules?: TagRules;
  /** Fewer images than this are an error, and nothing of the repository is copied or pruned. */
  readonly minimum: number;
}

/** Which of a repository's tags are wanted; every rule that is given must hold. */
export interface TagRules {
  /** At least one must match; none given: every tag. */
  readonly include: readonly Pattern[];
  /** None may match. */
  readonly exclude: readonly Pattern[];
  /** The tag must be a version within one of these; none given: any tag. */
  readonly versions: readonly VersionRange[];
  /** No image created longer ago than this. */
  readonly maxAgeSeconds?: number;
  /** Only so many of what is left, the newest first. */
  readonly latest?: { readonly count: number; readonly by: 'semver' | 'created' };
}

/** A tag with the rule that decided about it. */
export interface TagVerdict {
  readonly tag: string;
  readonly reason: string;
}

/** Tags kept and dropped, each with its reason. */
export interface TagVerdicts {
  readonly kept: readonly TagVerdict[];
  readonly dropped: readonly TagVerdict[];
}
