import type { Pattern } from './pattern.ts';
import type { VersionRange } from './version.ts';

/** What is selected of a repository. */
export interface Selection {
  /** Tags that are selected whatever the rules say. */
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  /** Absent: only the lists above count, and the repository need not be listed. */
  readonly rules?: TagRules;
  /** Fewer images than this are an error, and then nothing of the repository is copied or pruned. */
  readonly minimum: number;
}

/** Which tags of a repository are selected; every rule that is given must hold. */
export interface TagRules {
  /** At least one must match; if there are none, every tag matches. */
  readonly include: readonly Pattern[];
  /** None may match. */
  readonly exclude: readonly Pattern[];
  /** The tag must be a version within one of these ranges; if there are none, any tag passes. */
  readonly versions: readonly VersionRange[];
  /** The image must not be older than this. */
  readonly maxAgeSeconds?: number;
  /** Only this many of the remaining tags, the newest first. */
  readonly latest?: { readonly count: number; readonly by: 'semver' | 'created' };
}

/** A tag and the rule that decided about it. */
export interface TagVerdict {
  readonly tag: string;
  readonly reason: string;
}

/** Tags kept and dropped, each with its reason. */
export interface TagVerdicts {
  readonly kept: readonly TagVerdict[];
  readonly dropped: readonly TagVerdict[];
}
