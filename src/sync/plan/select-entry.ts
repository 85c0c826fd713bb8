import { defined } from '../../defined.ts';
import type { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, type Repository } from '../../image/docker-reference.ts';
import type { RegistryLookup } from '../../registry/lookup.ts';
import { failureClass } from '../../skopeo/failure/classify.ts';
import { failureSubject } from '../../skopeo/failure/facts.ts';
import type { SyncEntry } from '../job.ts';
import type { SourceImage } from '../map/destination-rule.ts';
import type { DroppedImage, FailedEntry, WantedImage } from '../plan.ts';
import { type LookUpCreationTimes, selectTags } from '../select/select-tags.ts';
import type { TagVerdicts } from '../select/selection.ts';
import { directoryImages } from './directory-images.ts';

/** What is needed to find the images of an entry. */
export interface SelectContext {
  readonly lookup: Pick<RegistryLookup, 'tags'>;
  readonly creationTimes: (entry: SyncEntry, repository: Repository) => LookUpCreationTimes;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

interface SelectedImage {
  readonly image: SourceImage;
  readonly reason: string;
}

/** What was found at a source. */
export interface Listed {
  readonly kept: readonly SelectedImage[];
  readonly dropped: readonly DroppedImage[];
}

export type EntrySelection =
  | { readonly images: readonly WantedImage[]; readonly dropped: readonly DroppedImage[] }
  | { readonly failure: FailedEntry; readonly dropped: readonly DroppedImage[] };

const tagImage = (repository: Repository, tag: string): SourceImage => ({
  ...repository,
  reference: dockerReference(repository, { tag }),
  tag,
});

const fromRepository = async (
  entry: SyncEntry,
  repository: Repository,
  { lookup, creationTimes, nowMs, signal }: SelectContext,
): Promise<Listed> => {
  const { selection } = entry;
  const tags = selection.rules === undefined ? [] : await lookup.tags(repository, entry.sourceAccess, signal);
  const verdicts = await selectTags(selection, tags, creationTimes(entry, repository), nowMs);
  const digests = [...new Set(selection.digests)].map((digest) => ({
    image: { ...repository, reference: dockerReference(repository, { digest }), digest },
    reason: 'listed',
  }));
  const kept = verdicts.kept.map(({ tag, reason }) => ({ image: tagImage(repository, tag), reason }));
  const dropped = verdicts.dropped.map(({ tag, reason }) => ({
    source: dockerReference(repository, { tag }),
    reason,
  }));
  return { kept: [...kept, ...digests], dropped };
};

/**
 * The tags of a directory's images are selected like those of a repository; images without a tag are always selected.
 */
const fromDirectory = async (entry: SyncEntry, path: string, nowMs: number): Promise<Listed> => {
  const images = await directoryImages(path);
  const tags = images.flatMap(({ tag }) => tag ?? []);
  const verdicts: TagVerdicts = await selectTags(entry.selection, tags, async () => new Map(), nowMs);
  const kept = new Map(verdicts.kept.map(({ tag, reason }) => [tag, reason]));
  const dropped = new Map(verdicts.dropped.map(({ tag, reason }) => [tag, reason]));
  return {
    kept: images
      .filter(({ tag }) => tag === undefined || kept.has(tag))
      .map((image) => ({ image, reason: kept.get(image.tag ?? '') ?? 'in the directory' })),
    dropped: images
      .filter(({ tag }) => tag !== undefined && dropped.has(tag))
      .map(({ reference, tag }) => ({ source: reference, reason: dropped.get(tag ?? '') ?? '' })),
  };
};

const tooFew = (entry: SyncEntry, count: number, dropped: number): FailedEntry => ({
  entry,
  errorType: 'not_found',
  message:
    count === 0
      ? `nothing of ${entry.name} was selected (${dropped} tags dropped)`
      : `only ${count} images of ${entry.name} were selected, at least ${entry.selection.minimum} were expected`,
  next: 'Look at the reasons with --dry-run; if this is right, lower "min".',
});

/** The next step names the registry, since skopeo's message may not. */
const listingFailure = (entry: SyncEntry, { errorType, message, next }: WrapperError): FailedEntry => {
  const { source, settingsAre = 'flags' } = entry;
  if (source.kind === 'directory') return { entry, errorType, message, ...defined({ next }) };
  const subject = failureSubject(message, { source: dockerReference(source, {}) });
  const { registry } = source;
  return {
    entry,
    errorType,
    message,
    next: failureClass(errorType).next({ ...subject, registry, flagPrefix: 'src-', sync: settingsAre }),
  };
};

const mapped = (entry: SyncEntry, { image, reason }: SelectedImage): readonly WantedImage[] =>
  entry.destinations.map((rule) => ({
    source: image.reference,
    destination: rule.destinationOf(image),
    entry,
    ...defined({ tag: image.tag }),
    selectedBecause: reason,
  }));

/**
 * Lists the source of an entry and selects images.
 * @throws WrapperError when the source could not be listed.
 */
export const listEntry = (entry: SyncEntry, context: SelectContext): Promise<Listed> => {
  const { source } = entry;
  if (source.kind === 'directory') return fromDirectory(entry, source.path, context.nowMs);
  return fromRepository(entry, { registry: source.registry, path: source.path }, context);
};

/** The result for an entry whose source could not be listed: only this entry fails. */
export const listingFailed = (entry: SyncEntry, error: WrapperError): EntrySelection => ({
  failure: listingFailure(entry, error),
  dropped: [],
});

/**
 * Maps what was selected to its destinations. If there are fewer images than the entry expects, the entry fails.
 * @throws WrapperError `usage` when an image cannot be mapped: then the configuration is wrong.
 */
export const mapEntry = (entry: SyncEntry, { kept, dropped }: Listed): EntrySelection => {
  if (kept.length < entry.selection.minimum) return { failure: tooFew(entry, kept.length, dropped.length), dropped };
  return { images: kept.flatMap((candidate) => mapped(entry, candidate)), dropped };
};
