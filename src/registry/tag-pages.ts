import * as z from 'zod';
import type { Clock } from '../context.ts';
import { isTag, type Repository } from '../image/docker-reference.ts';
import { parseJson } from '../text/json.ts';
import { AnswerError, type HttpAnswer, SilenceError } from './http/message.ts';
import { RegistryMisbehaviourError } from './misbehaviour.ts';

const MIB = 1024 ** 2;
const PAGE_SIZE = 1000;

/** How long a list of tags may be, and what it may take; more is a loop, or no registry to be served so. */
export interface ListingLimits {
  readonly pages: number;
  /** Of all pages. */
  readonly bytes: number;
  /** For all pages. */
  readonly seconds: number;
  /** For one page, or any other answer. */
  readonly answerSeconds: number;
}

/** Some repositories have hundreds of thousands of tags, of which a registry may give fifty a page. */
export const LISTING_LIMITS: ListingLimits = { pages: 10_000, bytes: 32 * MIB, seconds: 1800, answerSeconds: 120 };

const tagsSchema = z.object({ tags: z.array(z.string()).nullish() });

/** No list of tags has so many brackets; nested ones take sixty times the memory of their text. */
const MAX_BRACKETS = 10_000;
const [SQUARE, CURLY] = [0x5b, 0x7b];

const hasFewBrackets = (body: Buffer): boolean => {
  let brackets = 0;
  for (const byte of body) if (byte === SQUARE || byte === CURLY) brackets++;
  return brackets <= MAX_BRACKETS;
};

/** The tags of one page; undefined if it is no list of tags. */
const tagsIn = ({ status, body }: HttpAnswer): readonly string[] | undefined => {
  const list = status === 200 && hasFewBrackets(body) ? parseJson(body, tagsSchema) : undefined;
  return list && (list.tags ?? []).filter(isTag);
};

/** Makes a URL from a path where only the path matters. */
const ANY_ORIGIN = 'https://registry.invalid';

/**
 * Path of the next page after `path`, from a `Link` header; absent after the last page. The host in the header is
 * ignored, as skopeo does: behind a proxy the registry often cannot be reached by that name or scheme.
 */
const nextPage = ({ headers }: HttpAnswer, path: string): string | undefined => {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(String(headers.link))?.[1];
  const next = target === undefined ? null : URL.parse(target, new URL(path, ANY_ORIGIN).href);
  return next === null ? undefined : `${next.pathname}${next.search}`;
};

/** What is to be listed, and how. */
interface TagListing {
  readonly registry: string;
  readonly repository: Repository;
  /** Asks for a page of at most so many bytes. */
  readonly ask: (path: string, maxBytes: number) => Promise<HttpAnswer>;
  readonly limits: ListingLimits;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

const readPage = async ({ registry, ask, limits }: TagListing, path: string, maxBytes: number): Promise<HttpAnswer> => {
  try {
    return await ask(path, Math.max(1, maxBytes));
  } catch (error) {
    if (!(error instanceof AnswerError) || error instanceof SilenceError) throw error;
    const most = `${limits.bytes / MIB} MiB or within ${limits.answerSeconds} s`;
    throw new RegistryMisbehaviourError(registry, `sends a list of tags that does not end after ${most}`);
  }
};

interface ListingProgress {
  readonly repeats: boolean;
  readonly pages: number;
  readonly seconds: number;
}

const refuseEndless = ({ registry, limits }: TagListing, { repeats, pages, seconds }: ListingProgress): void => {
  const next = 'sends page after page of tags, ';
  if (repeats) throw new RegistryMisbehaviourError(registry, `${next}and repeats one`);
  if (pages >= limits.pages) throw new RegistryMisbehaviourError(registry, `${next}more than ${pages}`);
  if (seconds >= limits.seconds)
    throw new RegistryMisbehaviourError(registry, `${next}for more than ${limits.seconds} s`);
};

/**
 * All tags of a repository, page after page; undefined if an answer is no list of tags. Rejects with RegistryMisbehaviourError when
 * the pages do not come to an end: skopeo would follow for ever.
 */
export const readTags = async (listing: TagListing): Promise<readonly string[] | undefined> => {
  const { repository, limits, clock } = listing;
  const startedMs = clock.monotonicMs();
  const tags = new Set<string>();
  const visited = new Set<string>();
  let bytesLeft = limits.bytes;
  let path: string | undefined = `/v2/${repository.path}/tags/list?n=${PAGE_SIZE}`;
  while (path !== undefined) {
    visited.add(path);
    const answer: HttpAnswer = await readPage(listing, path, bytesLeft);
    const page = tagsIn(answer);
    if (page === undefined) return undefined;
    bytesLeft -= answer.body.length;
    const next = nextPage(answer, path);
    if (next !== undefined)
      refuseEndless(listing, {
        repeats: visited.has(next) || (page.length > 0 && page.every((tag) => tags.has(tag))),
        pages: visited.size,
        seconds: (clock.monotonicMs() - startedMs) / 1000,
      });
    for (const tag of page) tags.add(tag);
    path = next;
  }
  return [...tags];
};
