import { WrapperError } from '../errors/wrapper-error.ts';
import { type ImageReference, parseReference } from '../image/reference.ts';
import type { SyncEntry } from './job.ts';
import type { DestinationRule, SourceImage } from './map/destination-rule.ts';

/** An image that stands for all of an entry: of a repository only the tag differs from the others. */
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
    if (error instanceof WrapperError) return undefined; // it needs what the sample lacks: told when the image is there
    throw error;
  }
};

/** Where images of these entries go, one example for each template; none where only an image itself can tell. */
export const destinationSamples = (entries: readonly SyncEntry[]): readonly ImageReference[] =>
  entries.flatMap((entry) => {
    const sample = sampleOf(entry);
    return entry.destinations.flatMap((rule) => destinationOf(rule, sample) ?? []);
  });
