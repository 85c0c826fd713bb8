import type { SyncRunIdentity } from '../tracking/sync-run-tracker.ts';
import { destinationSamples } from './destination-samples.ts';
import type { SyncJob } from './job.ts';

/** The value if all are equal; absent where they differ. */
const common = <T>([first, ...others]: readonly T[]): T | undefined =>
  others.every((one) => one === first) ? first : undefined;

/**
 * What a job is called while it runs: by its source if it has only one, and by the registry of its destinations if that
 * is one.
 */
export const runIdentityOf = ({ entries }: SyncJob): SyncRunIdentity => {
  const [first, ...others] = entries;
  const destinations = destinationSamples(entries);
  const registry = common(destinations.map((destination) => destination.registry));
  const sourceTransport = first?.source.kind === 'directory' ? 'dir' : 'docker';
  const sourceName = first !== undefined && others.length === 0 ? first.name : `${entries.length} sources`;
  return {
    identity: {
      operation: 'sync',
      sourceTransport,
      destinationTransport: common(destinations.map(({ transport }) => transport)) ?? 'docker',
    },
    sourceShort: `${sourceTransport}:${sourceName}`,
    destinationShort: registry === undefined ? '' : `docker:${registry}`,
  };
};
