import type { Clock } from '../context.ts';
import { WrapperError } from '../errors/wrapper-error.ts';
import { parseDockerReference } from '../image/docker-reference.ts';
import type { SyncObserver } from '../tracking/observer.ts';
import type { RegistryLookup } from './lookup.ts';
import { isNoAnswer, type Question, type RegistryOutages } from './outages.ts';

/**
 * A lookup that records in `outages` which registries answer, and rejects with RegistryOutageError for registries that were
 * given up. `observer` is told about every question.
 */
export const lookupWithOutages = (
  lookup: RegistryLookup,
  outages: RegistryOutages,
  clock: Pick<Clock, 'monotonicMs'>,
  observer: Pick<SyncObserver, 'questionAsked' | 'questionClosed'> = {},
): RegistryLookup => {
  const ask = async <T>(registry: string, kind: Question, question: () => Promise<T>): Promise<T> => {
    const refusal = outages.refusal(registry, kind);
    if (refusal !== undefined) throw refusal;
    const startedMs = clock.monotonicMs();
    observer.questionAsked?.(registry);
    let isAnswered = false;
    try {
      const answer = await question();
      isAnswered = true;
      outages.answered(registry, kind);
      return answer;
    } catch (error) {
      if (error instanceof WrapperError && isNoAnswer(error.errorType))
        outages.unanswered(registry, kind, startedMs, error.errorType);
      throw error;
    } finally {
      observer.questionClosed?.(registry, isAnswered);
    }
  };
  const registryOf = (reference: string): string => parseDockerReference(reference).registry;
  return {
    connect: (reference, access, signal) => lookup.connect(reference, access, signal),
    tags: (repository, access, signal) =>
      ask(repository.registry, 'tags', () => lookup.tags(repository, access, signal)),
    head: (reference, access, signal) =>
      ask(registryOf(reference), 'images', () => lookup.head(reference, access, signal)),
    manifest: (reference, access, signal) =>
      ask(registryOf(reference), 'images', () => lookup.manifest(reference, access, signal)),
    requestedPauseSeconds: (reference, access, signal) => lookup.requestedPauseSeconds(reference, access, signal),
    countsPulls: (registry) => lookup.countsPulls(registry),
    pullsLeft: (registry) => lookup.pullsLeft(registry),
  };
};
