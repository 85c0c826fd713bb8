import type { RegistryLookup } from '../../registry/lookup.ts';
import { destinationSamples } from '../destination-samples.ts';
import { destinationAccess, type SyncJob } from '../job.ts';

/** Opens the connections to the destinations' registries while the sources are still being listed. */
export const greetDestinations = (job: SyncJob, lookup: Pick<RegistryLookup, 'greet'>, signal: AbortSignal): void => {
  const byRegistry = new Map(destinationSamples(job.entries).map((sample) => [sample.registry, sample.repository]));
  for (const [registry, repository] of byRegistry) {
    if (registry === undefined || repository === undefined) continue;
    const reference = `docker://${registry}/${repository}`;
    lookup.greet(reference, destinationAccess(job)(reference), signal);
  }
};
