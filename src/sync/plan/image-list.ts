import * as z from 'zod';
import { defined } from '../../defined.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import {
  dockerReference,
  parseDockerReference,
  parseLocation,
  placeKey,
  type Repository,
  repositoryKey,
} from '../../image/docker-reference.ts';
import { parseJson } from '../../text/json.ts';
import type { SyncEntry, SyncJob } from '../job.ts';
import type { DestinationRule, SourceImage } from '../map/destination-rule.ts';
import { imageOfDirectory } from './directory-images.ts';

/** An image that another engine asks for. */
interface ListedImage {
  readonly source: string;
  readonly destination: string;
  /** Line of the list, counted from 1. */
  readonly line: number;
}

/** An image of `--plan-only --json`; what else a plan says of it is not needed. */
const imageOfPlan = z.object({ source: z.string(), destination: z.string() });

const TRANSPORT = /^(?:docker:\/\/|dir:|oci:|oci-archive:|docker-archive:)/;

/** A registry needs no transport, here as in the file. */
const withTransport = (reference: string): string => (TRANSPORT.test(reference) ? reference : `docker://${reference}`);

const listed = (source: string, destination: string, line: number): ListedImage => ({
  source: withTransport(source),
  destination: withTransport(destination),
  line,
});

const parseLine = (line: string, number: number): ListedImage => {
  const isJson = line.startsWith('{');
  const image = isJson ? parseJson(line, imageOfPlan) : undefined;
  if (image !== undefined) return listed(image.source, image.destination, number);
  const [source, destination, ...rest] = line.split(/\s+/);
  if (!isJson && source !== undefined && destination !== undefined && rest.length === 0) {
    return listed(source, destination, number);
  }
  throw usageError(
    `line ${number} of the list of images cannot be read`,
    'Each line is "SOURCE DESTINATION" or one image of --plan-only --json.',
  );
};

/**
 * Reads the lines of `--images FILE`: `SOURCE DESTINATION`, or a JSON image of a plan; empty lines and `#` comments are
 * passed over.
 * @throws WrapperError `usage` naming the line.
 */
export const parseImageList = (text: string): readonly ListedImage[] =>
  text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    return line === '' || line.startsWith('#') ? [] : parseLine(line, index + 1);
  });

const fixedEntry = (
  entry: SyncEntry,
  repository: Repository,
  version: { tag?: string; digest?: string },
): SyncEntry => ({
  ...entry,
  source: { kind: 'repository', ...repository },
  selection: {
    tags: version.digest === undefined ? [version.tag ?? 'latest'] : [],
    digests: version.digest === undefined ? [] : [version.digest],
    minimum: 0,
  },
});

const ruleFor = (entry: SyncEntry, image: SourceImage, destination: string): DestinationRule | undefined =>
  entry.destinations.find((one) => placeKey(one.destinationOf(image)) === placeKey(destination));

/** An image of a registry, if the entry brings it to that destination. */
const repositoryEntry = (entry: SyncEntry, { source, destination }: ListedImage): SyncEntry | undefined => {
  if (entry.source.kind !== 'repository') return undefined;
  const { tag, digest, ...repository } = parseDockerReference(source);
  if (repositoryKey(entry.source) !== repositoryKey(repository)) return undefined;
  const version = defined({ tag, digest });
  const image = { ...repository, ...version, reference: dockerReference(repository, version) };
  const rule = ruleFor(entry, image, destination);
  return rule && { ...fixedEntry(entry, repository, version), destinations: [rule] };
};

/** An image below a directory, if the entry brings it to that destination. */
const directoryEntry = (entry: SyncEntry, path: string, destination: string): SyncEntry | undefined => {
  if (entry.source.kind !== 'directory') return undefined;
  const image = imageOfDirectory(path, entry.source.path);
  const rule = image && ruleFor(entry, image, destination);
  return (
    rule && {
      ...entry,
      source: { kind: 'directory', path },
      destinations: [{ ...rule, destinationOf: () => destination }],
    }
  );
};

const entryFor = (job: SyncJob, image: ListedImage): SyncEntry => {
  const location = parseLocation(image.source);
  for (const entry of job.entries) {
    const found =
      location.transport === 'docker'
        ? repositoryEntry(entry, image)
        : directoryEntry(entry, location.path, image.destination);
    if (found !== undefined) return found;
  }
  throw usageError(
    `line ${image.line} of the list of images: the job does not bring ${image.source} to ${image.destination}`,
    'Make the list with --plan-only of the same job.',
  );
};

/**
 * The job reduced to a list of images, each treated as its entry says; no repository is listed for it. It never prunes:
 * what the list leaves out is not unwanted.
 * @throws WrapperError `usage` for an image that the job does not bring to that destination.
 */
export const reduceToList = (job: SyncJob, list: readonly ListedImage[]): SyncJob => {
  const { prune: _, ...others } = job;
  return { ...others, entries: list.map((image) => entryFor(job, image)) };
};
