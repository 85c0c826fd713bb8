import { usageError } from '../../errors/wrapper-error.ts';
import type { SyncEntry, SyncJob } from '../job.ts';
import { dockerReference, parseDockerReference, type Repository } from '../reference.ts';
import { imageJsonSchema } from './plan-json.ts';

/** An image that another engine asks for. */
export interface ListedImage {
  readonly source: string;
  readonly destination: string;
}

const parseJsonLine = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const parseLine = (line: string, number: number): ListedImage => {
  const json = line.startsWith('{') ? imageJsonSchema.safeParse(parseJsonLine(line)) : undefined;
  if (json?.success === true) return { source: json.data.source, destination: json.data.destination };
  const [source, destination, ...rest] = line.split(/\s+/);
  if (json === undefined && source !== undefined && destination !== undefined && rest.length === 0) {
    return { source, destination };
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

const entryFor = (job: SyncJob, { source, destination }: ListedImage): SyncEntry => {
  const { tag, digest, ...repository } = parseDockerReference(source);
  const version = { ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
  const image = { ...repository, ...version, reference: dockerReference(repository, version) };
  for (const entry of job.entries) {
    const { source: own } = entry;
    if (own.kind !== 'repository' || own.registry !== repository.registry || own.path !== repository.path) continue;
    const rule = entry.destinations.find((one) => one.destinationOf(image) === destination);
    if (rule !== undefined) return { ...fixedEntry(entry, repository, version), destinations: [rule] };
  }
  throw usageError(
    `the job does not bring ${source} to ${destination}`,
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
