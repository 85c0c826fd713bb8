import * as z from 'zod';
import { isTag } from '../image/docker-reference.ts';
import { parseJson } from '../text/json.ts';
import type { HttpAnswer } from './http/message.ts';

const MIB = 1024 ** 2;

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

const isFlat = (body: Buffer): boolean => {
  let brackets = 0;
  for (const byte of body) if (byte === SQUARE || byte === CURLY) brackets++;
  return brackets <= MAX_BRACKETS;
};

/** The tags of one page; undefined if it is no list of tags. */
export const tagsIn = ({ status, body }: HttpAnswer): readonly string[] | undefined => {
  const list = status === 200 && isFlat(body) ? parseJson(body, tagsSchema) : undefined;
  return list && (list.tags ?? []).filter(isTag);
};

/** Makes a URL from a path where only the path matters. */
const ANY_ORIGIN = 'https://registry.invalid';

/**
 * Path of the next page after `path`, from a `Link` header; absent after the last page. The host in the header is
 * ignored, as skopeo does: behind a proxy the registry often cannot be reached by that name or scheme.
 */
export const nextPage = ({ headers }: HttpAnswer, path: string): string | undefined => {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(String(headers.link))?.[1];
  const next = target === undefined ? null : URL.parse(target, new URL(path, ANY_ORIGIN).href);
  return next === null ? undefined : `${next.pathname}${next.search}`;
};
