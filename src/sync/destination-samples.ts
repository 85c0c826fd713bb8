import { WrapperError } from '../errors/wrapper-error.ts';
import { type ImageReference, parseReference } from '../image/reference.ts';
import type { RegistryLookup } from '../registry/lookup.ts';
import { destinationAccess, type SyncEntry, type SyncJob } from './job.ts';
import type { DestinationRule, SourceImage } from './map/destination-rule.ts';

/** An image that represents all images of an entry: those of a repository differ only in their tags. */
const sampleOf = ({ source, selection }: SyncEntry): SourceImage => {
  const tag = selection.tags[0] ?? 'latest';
  if (source.kind === 'directory') return { reference: `dir:${source.path}`, path: 'image', tag };
  const digest = selection.tags.length === 0 && selection.rules === undefined ? selection.digests[0] : undefined;
  return { ...source, reference: 'docker://', ...(digest === undefined ? { tag } : { digest }) };
};

const destinationOf = (rule: DestinationRule, sample: SourceImage): ImageReference | undefined => {
  try {
    return parseReference(rule.destinationOf(sample));
  } catch (error) {
    if (error instanceof WrapperError) return undefined; // the sample lacks a part that the real image may have
    throw error;
  }
};

/** Where images of these entries go, one example for each template; none for a template that needs a real image. */
export const destinationSamples = (entries: readonly SyncEntry[]): readonly ImageReference[] =>
  entries.flatMap((entry) => {
    const sample = sampleOf(entry);
    return entry.destinations.flatMap((rule) => destinationOf(rule, sample) ?? []);
  });

/** Opens the connections to the destinations' registries while the sources are still being listed. */
export const connectDestinations = (
  job: SyncJob,
  lookup: Pick<RegistryLookup, 'connect'>,
  signal: AbortSignal,
): void => {
  const byRegistry = new Map(destinationSamples(job.entries).map((sample) => [sample.registry, sample.repository]));
  for (const [registry, repository] of byRegistry) {
    if (registry === undefined || repository === undefined) continue;
    const reference = `docker://${registry}/${repository}`;
    lookup.connect(reference, destinationAccess(job)(reference), signal);
  }
};
