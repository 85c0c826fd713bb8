import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseDockerReference, type Repository, repositoryKey } from '../../image/docker-reference.ts';
import type { PruneVerdict } from '../plan.ts';
import type { Candidate } from './candidates.ts';
import type { PruneTask } from './prune-task.ts';
import { type Finding, type LookContext, RepositoryWatch, type Wanted, wantedByRepository } from './repository-look.ts';

/** The verdict on one tag, as far as there is one. */
interface ExaminedVerdict extends PruneVerdict {
  /** It could not be found out what to do with it. */
  readonly isUndecided?: true;
}

/** Candidates that are the same image: a registry can only remove them together. */
export interface Removal {
  readonly watch: RepositoryWatch;
  readonly repository: Repository;
  readonly digest: string;
  readonly candidates: readonly Candidate[];
}

interface Examination {
  readonly verdicts: readonly ExaminedVerdict[];
  readonly removals: readonly Removal[];
}

export interface ExamineQuestion extends PruneTask, LookContext {}

export const REMOVED_REASON = 'no longer selected';

const verdictOf = ({ destination }: Candidate, finding: Finding | undefined): PruneVerdict => {
  if (finding === undefined || finding.kind === 'removable')
    return { destination, action: 'remove', reason: REMOVED_REASON };
  return { destination, action: finding.kind === 'needed' ? 'keep' : 'forget', reason: finding.reason };
};

const keepAll = (candidates: readonly Candidate[], reason: string, isUndecided: boolean): Examination => ({
  verdicts: candidates.map(({ destination }) => ({
    destination,
    action: 'keep',
    reason,
    ...(isUndecided ? { isUndecided: true as const } : {}),
  })),
  removals: [],
});

const nothingWantedOf = ([first]: readonly Candidate[]): Wanted => {
  const { registry, path } = parseDockerReference(first?.destination ?? '');
  return { repository: { registry, path }, tags: new Set(), digests: new Set() };
};

const examineRepository = async (
  candidates: readonly Candidate[],
  wanted: Wanted,
  question: ExamineQuestion,
): Promise<Examination> => {
  const { repository } = wanted;
  const watch = new RepositoryWatch(wanted, question);
  const { findings, missing, missingPart } = await watch.look(candidates);
  if (missingPart !== undefined) {
    const reason = `a selected index lacks its part ${missingPart}, which somebody removed; a run with --verify brings it back`;
    return keepAll(candidates, reason, true);
  }
  for (const version of missing) {
    if (!(await question.isAwaited(dockerReference(repository, version)))) continue;
    const { tag, digest } = version;
    return keepAll(candidates, `another shard has not brought ${digest ?? `tag ${tag}`} yet`, false);
  }
  const removable = candidates.filter((candidate) => findings.get(candidate)?.kind === 'removable');
  const groups = Map.groupBy(removable, ({ digest }) => digest);
  return {
    verdicts: candidates.map((candidate) => verdictOf(candidate, findings.get(candidate))),
    removals: [...groups].map(([digest, group]) => ({ watch, repository, digest, candidates: group })),
  };
};

/**
 * Examines what would be removed. It keeps what is needed by anything that stays, and what somebody else has put there.
 * If a repository cannot be examined, all of it is kept.
 */
export const examinePrune = async (question: ExamineQuestion): Promise<Examination> => {
  const { candidates, outside } = question.choice;
  const repositories = Map.groupBy(candidates, ({ destination }) => repositoryKey(parseDockerReference(destination)));
  const wanted = wantedByRepository(question.wanted);
  const parts: Examination[] = [];
  for (const [key, group] of repositories) {
    try {
      parts.push(await examineRepository(group, wanted.get(key) ?? nothingWantedOf(group), question));
    } catch (error) {
      if (!(error instanceof WrapperError)) throw error;
      parts.push(keepAll(group, `could not be examined: ${error.message}`, true));
    }
  }
  parts.push(keepAll(outside, 'lies where the job does not write any more', false));
  return {
    verdicts: parts.flatMap(({ verdicts }) => verdicts),
    removals: parts.flatMap(({ removals }) => removals),
  };
};
