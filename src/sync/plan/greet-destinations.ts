import type { SyncJob } from '../job.ts';
import { destinationSamples } from '../map/destination-samples.ts';
import type { RegistryLookup } from '../ports.ts';
import { destinationAccess } from './destination-access.ts';

/** Opens the connections to the destinations' registries while the sources are still being listed. */
export const greetDestinations = (job: SyncJob, lookup: Pick<RegistryLookup, 'greet'>, signal: AbortSignal): void => {
  const byRegistry = new Map(destinationSamples(job.entries).map((sample) => [sample.registry, sample.repository]));
  for (const [registry, repository] of byRegistry) {
    if (registry === undefined || repository === undefined) continue;
    const reference = `docker://${registry}/${repository}`;
    lookup.greet(reference, destinationAccess(job)(reference), signal);
  }
};
