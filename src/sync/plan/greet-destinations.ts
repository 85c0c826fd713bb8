import { WrapperError } from '../../errors/wrapper-error.ts';
import type { SyncJob } from '../job.ts';
import type { RegistryLookup } from '../ports.ts';
import { dockerReference, registryOf } from '../reference.ts';
import { destinationAccess } from './destination-access.ts';

/** Where an image of each repository would go; nothing for what cannot be told from the repository alone. */
const likelyDestinations = ({ entries }: SyncJob): readonly string[] =>
  entries.flatMap(({ source, destinations }) => {
    if (source.kind === 'directory') return [];
    const image = { ...source, reference: dockerReference(source, {}), tag: 'latest' };
    return destinations.flatMap((rule) => {
      try {
        return rule.destinationOf(image);
      } catch (error) {
        if (error instanceof WrapperError) return [];
        throw error;
      }
    });
  });

/** Opens the connections to the destinations' registries while the sources are still being listed. */
export const greetDestinations = (job: SyncJob, lookup: Pick<RegistryLookup, 'greet'>, signal: AbortSignal): void => {
  const byRegistry = new Map(likelyDestinations(job).map((destination) => [registryOf(destination), destination]));
  byRegistry.delete(undefined);
  for (const destination of byRegistry.values()) lookup.greet(destination, destinationAccess(job)(destination), signal);
};
