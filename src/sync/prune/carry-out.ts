import { messageOf } from '../../errors/system-error.ts';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference } from '../../image/docker-reference.ts';
import type { SyncMemory } from '../check/memory.ts';
import type { SkopeoPort } from '../ports.ts';
import type { PruneReport } from '../report.ts';
import type { Candidate } from './candidates.ts';
import { type ExamineQuestion, examinePrune, REMOVED_REASON, type Removal } from './examine.ts';
import { type Finding, type RepositoryLook, versionOf } from './repository-look.ts';

interface PruneContext extends ExamineQuestion {
  readonly skopeo: Pick<SkopeoPort, 'deleteImage'>;
  readonly memory: SyncMemory;
  /** Writes the memory to disk. */
  readonly saveMemory: () => Promise<void>;
}

/** Examining a repository costs a request for each tag; so in a large repository one look serves several removals. */
const TAGS_PER_REMOVAL = 100;

const reportAll = (
  candidates: readonly Candidate[],
  outcome: PruneReport['outcome'],
  reason: string,
): readonly PruneReport[] => candidates.map(({ destination }) => ({ destination, outcome, reason }));

/** The result of the last look, and the number of removals for which it may still be used. */
interface UsableLook {
  readonly findings: RepositoryLook['findings'];
  usesLeft: number;
}

const STOPPED = 'the run was stopped';

/** Removes images, each right after a last check of what it is and who needs it. */
class Pruning {
  readonly #context: PruneContext;
  readonly #open: Set<Removal>;
  readonly #usableLooks = new Map<Removal['watch'], UsableLook>();

  constructor(removals: readonly Removal[], context: PruneContext) {
    this.#context = context;
    this.#open = new Set(removals);
  }

  async removeAll(): Promise<readonly PruneReport[]> {
    const reports: PruneReport[] = [];
    for (const removal of [...this.#open]) {
      if (this.#context.signal.aborted) reports.push(...reportAll(removal.candidates, 'failed', STOPPED));
      else reports.push(...(await this.#removeRecorded(removal)));
    }
    return reports;
  }

  /**
   * Before the run removes an image, the memory on disk forgets that the job owns it. Otherwise, if the run is killed and
   * somebody else puts the same image there, the next run would remove it. Only this one image is forgotten: if the run is
   * killed now, nobody will remove it.
   */
  async #removeRecorded(removal: Removal): Promise<readonly PruneReport[]> {
    const { memory, saveMemory } = this.#context;
    for (const { destination } of removal.candidates) memory.forgetOwned(destination);
    try {
      await saveMemory();
    } catch (error) {
      this.#open.delete(removal);
      return this.#keep(removal.candidates, 'failed', `it could not be noted down first: ${messageOf(error)}`);
    }
    return this.#removeOne(removal);
  }

  async #removeOne(removal: Removal): Promise<readonly PruneReport[]> {
    const { signal } = this.#context;
    try {
      if (signal.aborted) return this.#keep(removal.candidates, 'failed', STOPPED);
      return await this.#removeAfterLastLook(removal);
    } catch (error) {
      if (!(error instanceof WrapperError) && !signal.aborted) throw error;
      const reason = error instanceof WrapperError ? `could not be examined: ${error.message}` : STOPPED;
      return this.#keep(removal.candidates, 'failed', reason);
    } finally {
      this.#open.delete(removal);
    }
  }

  async #removeAfterLastLook(removal: Removal): Promise<readonly PruneReport[]> {
    const findings = await this.#lastLook(removal);
    const kindOf = (candidate: Candidate) => findings.get(candidate)?.kind;
    const moved = removal.candidates.filter((candidate) => kindOf(candidate) === 'not-ours');
    const reports = moved.flatMap((candidate) => reportAll([candidate], 'kept', reasonOf(findings.get(candidate))));
    const needed = removal.candidates.filter((candidate) => kindOf(candidate) === 'needed');
    reports.push(...needed.flatMap((candidate) => this.#keep([candidate], 'kept', reasonOf(findings.get(candidate)))));
    const removable = removal.candidates.filter((candidate) => kindOf(candidate) === 'removable');
    if (removable.length > 0) reports.push(...(await this.#remove({ ...removal, candidates: removable })));
    return reports;
  }

  /** What a look at the repository says of everything that is still to be removed, as long as this look may be used. */
  async #lastLook({ watch }: Removal): Promise<RepositoryLook['findings']> {
    const known = this.#usableLooks.get(watch);
    if (known !== undefined && --known.usesLeft > 0) return known.findings;
    const open = [...this.#open].filter((removal) => removal.watch === watch);
    const { findings, tagCount } = await watch.look(open.flatMap(({ candidates }) => candidates));
    this.#usableLooks.set(watch, { findings, usesLeft: Math.max(1, Math.floor(tagCount / TAGS_PER_REMOVAL)) });
    return findings;
  }

  async #remove(removal: Removal): Promise<readonly PruneReport[]> {
    const { skopeo, destinationAccess, signal } = this.#context;
    const { watch, repository, digest, candidates } = removal;
    for (const { destination } of candidates) {
      const head = await watch.head(versionOf(destination));
      if (head?.digest !== digest)
        return this.#keep(candidates, 'kept', 'was just changed by somebody else', destination);
    }
    const image = dockerReference(repository, { digest });
    try {
      await skopeo.deleteImage(image, destinationAccess(image), signal);
      return reportAll(candidates, 'removed', REMOVED_REASON);
    } catch (error) {
      if (!(error instanceof WrapperError)) throw error;
      // The image may be gone in spite of the error.
      const head = await watch.head({ digest }).catch(() => undefined);
      if (head === undefined) return reportAll(candidates, 'failed', error.message);
      return this.#keep(candidates, 'failed', error.message);
    }
  }

  /** The job still owns what is kept, except what somebody has changed. */
  #keep(
    candidates: readonly Candidate[],
    outcome: 'kept' | 'failed',
    reason: string,
    changed?: string,
  ): readonly PruneReport[] {
    for (const { destination, digest } of candidates) {
      if (destination !== changed) this.#context.memory.rememberOwned(destination, digest);
    }
    return reportAll(candidates, outcome, reason);
  }
}

const reasonOf = (finding: Finding | undefined): string =>
  finding === undefined || finding.kind === 'removable' ? REMOVED_REASON : finding.reason;

/**
 * Removes what may still be removed, one image after the other. Right before each removal it checks the image again,
 * since the copies of this run, or others, may have changed what needs it, and it removes the digest that it has
 * checked. All tags of an image are removed with it.
 */
export const carryOutPrune = async (context: PruneContext): Promise<readonly PruneReport[]> => {
  const { verdicts, removals } = await examinePrune(context);
  const rest = verdicts.filter(({ action }) => action !== 'remove');
  for (const { destination, action } of rest) if (action === 'forget') context.memory.forgetOwned(destination);
  const kept = rest.map(
    ({ destination, reason, isUndecided }): PruneReport => ({
      destination,
      outcome: isUndecided ? 'failed' : 'kept',
      reason,
    }),
  );
  return [...kept, ...(await new Pruning(removals, context).removeAll())];
};
