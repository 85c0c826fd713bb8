import { registryOf } from '../../image/docker-reference.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import { destinationAccess, type SyncJob } from '../job.ts';
import type { PlannedImage } from '../plan.ts';

/**
 * How long a registry that turned a copy down for its rate wants to be left in peace, in seconds. skopeo does not pass on
 * what it asked for, so that it is asked once more; absent if it answers, or on a way that only skopeo goes.
 */
export const requestedPauseSeconds = async (
  job: SyncJob,
  { source, destination, entry }: PlannedImage,
  registry: string,
  lookup: Pick<RegistryLookup, 'requestedPauseSeconds'>,
  signal: AbortSignal,
): Promise<number | undefined> => {
  if (registryOf(source) === registry) return lookup.requestedPauseSeconds(source, entry.sourceAccess, signal);
  if (registryOf(destination) !== registry) return undefined;
  return lookup.requestedPauseSeconds(destination, destinationAccess(job)(destination), signal);
};
