import { StringDecoder } from 'node:string_decoder';
import * as z from 'zod';
import { defined } from '../../defined.ts';
import { usageError, type WrapperError } from '../../errors/wrapper-error.ts';
import {
  dockerReference,
  parseDockerReference,
  parseLocation,
  placeKey,
  type Repository,
  repositoryKey,
  withTransport,
} from '../../image/docker-reference.ts';
import { parseJson } from '../../text/json.ts';
import type { SyncEntry, SyncJob } from '../job.ts';
import type { DestinationRule, SourceImage } from '../map/destination-rule.ts';
import { imageOfDirectory } from './directory-images.ts';

/** An image of the list. */
interface ListedImage {
  readonly source: string;
  readonly destination: string;
  /** Line of the list, counted from 1. */
  readonly line: number;
}

/** An image as `--plan-only --json` prints it; the other fields of the plan are not needed. */
const imageOfPlan = z.object({ source: z.string(), destination: z.string() });

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
  throw unreadable(number);
};

const unreadable = (number: number): WrapperError =>
  usageError(
    `line ${number} of the list of images cannot be read`,
    'Each line is "SOURCE DESTINATION" or one image of --plan-only --json.',
  );

/** Several times the length of two references with everything that a plan says about them. */
const MAX_LINE_CHARACTERS = 64 * 1024;

/** A text in pieces. */
type Chunks = AsyncIterable<Buffer | string> | Iterable<Buffer | string>;

async function* linesOf(chunks: Chunks): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let tail = '';
  for await (const chunk of chunks) {
    const lines = (tail + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
    tail = lines.pop() ?? '';
    yield* lines;
    if (tail.length > MAX_LINE_CHARACTERS) break;
  }
  yield tail + decoder.end();
}

/**
 * Reads the lines of `--images FILE`: `SOURCE DESTINATION`, or a JSON image of a plan. Empty lines and `#` comments are
 * ignored. It keeps the images, but not the text.
 * @throws WrapperError `usage` naming the line.
 */
export const parseImageList = async (chunks: Chunks): Promise<readonly ListedImage[]> => {
  const images: ListedImage[] = [];
  let number = 0;
  for await (const raw of linesOf(chunks)) {
    number++;
    if (raw.length > MAX_LINE_CHARACTERS) throw unreadable(number);
    const line = raw.trim();
    if (line !== '' && !line.startsWith('#')) images.push(parseLine(line, number));
  }
  return images;
};

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

/** The entry for one image of a registry, if the entry copies it to that destination. */
const repositoryEntry = (entry: SyncEntry, { source, destination }: ListedImage): SyncEntry | undefined => {
  if (entry.source.kind !== 'repository') return undefined;
  const { tag, digest, ...repository } = parseDockerReference(source);
  if (repositoryKey(entry.source) !== repositoryKey(repository)) return undefined;
  const version = defined({ tag, digest });
  const image = { ...repository, ...version, reference: dockerReference(repository, version) };
  const rule = ruleFor(entry, image, destination);
  return rule && { ...fixedEntry(entry, repository, version), destinations: [rule] };
};

/** The entry for one image below a directory, if the entry copies it to that destination. */
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
 * Reduces a job to a list of images. Each image is treated as its entry says, and no repository is listed. Such a job
 * never prunes: an image that is not on the list may still be selected.
 * @throws WrapperError `usage` for an image that the job does not copy to that destination.
 */
export const reduceToList = (job: SyncJob, list: readonly ListedImage[]): SyncJob => {
  const { prune: _, ...others } = job;
  return { ...others, entries: list.map((image) => entryFor(job, image)) };
};
