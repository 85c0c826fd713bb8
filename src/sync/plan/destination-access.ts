import { registryOf } from '../../image/docker-reference.ts';
import type { RegistryAccess, SyncJob } from '../job.ts';

/** How a destination is reached: by its registry's settings, or by those for all registries. */
export const destinationAccess =
  (job: SyncJob) =>
  (destination: string): RegistryAccess => {
    const access = job.destinationAccess;
    return access.get(registryOf(destination) ?? '') ?? access.get('') ?? {};
  };
