import type PQueue from 'p-queue';
import * as z from 'zod';
import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import { wait } from '../host/timers.ts';
import { isDigest, isTag, type Repository } from '../image/docker-reference.ts';
import { MEDIA_TYPES } from '../image/manifest.ts';
import { parseJson } from '../text/json.ts';
import { Authenticator } from './authenticator.ts';
import { HttpClient } from './http/http-client.ts';
import type { HttpAnswer } from './http/message.ts';
import type { ManifestHead } from './lookup.ts';
import { RegistryPaused, type RegistryPauses } from './pauses.ts';
import { pullsLeft, retryAfterSeconds } from './rate-limit.ts';
import type { Route } from './route.ts';
import type { TrustStore } from './trust.ts';

/** A clear answer, or none: then skopeo has to be asked. */
export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' };

const UNCLEAR = { kind: 'unclear' } as const;
const ACCEPT = Object.values(MEDIA_TYPES).join(', ');
/** Number of requests to one registry at a time. */
export const REQUESTS_AT_A_TIME = 32;
const PAGE_SIZE = 1000;
/** Number of pages of tags that are read; more pages are a loop, or a registry that cannot be read in this way. */
const MAX_PAGES = 1000;
/** Makes a URL from a path where only the path matters. */
const ANY_ORIGIN = 'https://registry.invalid';
const TIMES_TOO_MANY = 4;
const DEFAULT_PAUSE_SECONDS = 5;
/** A question waits for this long; the caller decides about longer pauses. */
const PATIENCE_SECONDS = 10;

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().catch('') })) });

/** The codes of the specification, and the message of Harbor. */
const saysAbsent = (body: Buffer): boolean =>
  parseJson(body, errorsSchema)?.errors.some(
    ({ code, message }) =>
      /^(?:MANIFEST|NAME)_UNKNOWN$/.test(code) || /^(?:artifact|repository) \S+ not found/.test(message),
  ) ?? false;

const tagsSchema = z.object({ tags: z.array(z.string()).nullish() });

/** Called when the registry says that there were too many requests, or how much is left of an allowance. */
export interface RegistryNews {
  rateLimited(registry: string): void;
  pullsLeft(registry: string, count: number): void;
}

/** What all clients of a run, or of one registry, share. */
interface ClientContext {
  /** Silence that counts as no answer. */
  readonly silenceSeconds?: number | undefined;
  readonly queue: PQueue;
  readonly trust: TrustStore;
  readonly clock: Clock;
  readonly pauses: RegistryPauses;
  readonly news: RegistryNews;
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/**
 * Path of the next page after `path`, from a `Link` header; absent after the last page. The host in the header is
 * ignored, as skopeo does: behind a proxy the registry often cannot be reached by that name or scheme.
 */
const nextPage = ({ headers }: HttpAnswer, path: string): string | undefined => {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(single(headers.link) ?? '')?.[1];
  const next = target === undefined ? null : URL.parse(target, new URL(path, ANY_ORIGIN).href);
  return next === null ? undefined : `${next.pathname}${next.search}`;
};

/**
 * Reads manifests and tags of one registry with the rights of one user. It keeps to the limits of the registry: all its
 * users share one queue, and pauses are kept. All methods reject with RegistryPaused when a pause is long.
 */
export class RegistryClient implements Disposable {
  readonly #http: HttpClient;
  readonly #authenticator: Authenticator;
  readonly #queue: PQueue;
  readonly #route: Route;
  readonly #clock: Clock;
  readonly #pauses: RegistryPauses;
  readonly #news: RegistryNews;

  constructor(route: Route, { queue, trust, clock, pauses, news, silenceSeconds }: ClientContext) {
    this.#http = new HttpClient({ ...route, trust, maxConnections: REQUESTS_AT_A_TIME, silenceSeconds });
    this.#authenticator = new Authenticator(this.#http, route, () => clock.monotonicMs());
    this.#queue = queue;
    this.#route = route;
    this.#clock = clock;
    this.#pauses = pauses;
    this.#news = news;
  }

  /** Connects, and finds out which scheme and authentication the registry uses. */
  async connect(signal: AbortSignal): Promise<Answer<never>> {
    await this.#queue.add(() => this.#authenticator.origin(signal), { signal });
    return UNCLEAR;
  }

  /**
   * Digest and type of a manifest by HEAD, which no registry counts as a pull. A bare 404, which gateways and web
   * servers send, is not an answer. As HEAD has no body, the registry is then asked by GET for its error message.
   */
  async head(repository: Repository, reference: string, signal: AbortSignal): Promise<Answer<ManifestHead>> {
    const path = `/v2/${repository.path}/manifests/${reference}`;
    const answer = await this.#ask('HEAD', path, repository, signal);
    if (answer.status === 404) {
      const { status, body } = await this.#ask('GET', path, repository, signal);
      return status === 404 && saysAbsent(body) ? { kind: 'absent' } : UNCLEAR;
    }
    const digest = single(answer.headers['docker-content-digest']);
    if (answer.status !== 200 || digest === undefined || !isDigest(digest)) return UNCLEAR;
    const mediaType = single(answer.headers['content-type'])?.split(';')[0];
    return { kind: 'found', value: { digest, ...defined({ mediaType }) } };
  }

  /** The bytes of a manifest. */
  async manifest(repository: Repository, reference: string, signal: AbortSignal): Promise<Answer<Uint8Array>> {
    const answer = await this.#ask('GET', `/v2/${repository.path}/manifests/${reference}`, repository, signal);
    return answer.status === 200 ? { kind: 'found', value: answer.body } : UNCLEAR;
  }

  /** All tags of a repository, page after page. */
  async tags(repository: Repository, signal: AbortSignal): Promise<Answer<readonly string[]>> {
    const tags: string[] = [];
    let path: string | undefined = `/v2/${repository.path}/tags/list?n=${PAGE_SIZE}`;
    for (let page = 0; path !== undefined; page++) {
      const answer: HttpAnswer = await this.#ask('GET', path, repository, signal);
      const list = answer.status === 200 ? parseJson(answer.body, tagsSchema) : undefined;
      if (list === undefined || page === MAX_PAGES) return UNCLEAR;
      tags.push(...(list.tags ?? []).filter(isTag));
      const next = nextPage(answer, path);
      if (next === path) return UNCLEAR;
      path = next;
    }
    return { kind: 'found', value: tags };
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  async #ask(method: 'GET' | 'HEAD', path: string, repository: Repository, signal: AbortSignal): Promise<HttpAnswer> {
    for (let time = 0; ; time++) {
      const answer = await this.#queue.add(() => this.#authorized(method, path, repository, signal), { signal });
      this.#listen(answer);
      if (answer.status !== 429) return answer;
      const { registry } = this.#route;
      const asked = retryAfterSeconds(answer.headers, this.#clock.wallMs()) ?? DEFAULT_PAUSE_SECONDS * 2 ** time;
      this.#news.rateLimited(registry);
      this.#pauses.pause(registry, asked);
      if (time === TIMES_TOO_MANY) throw new RegistryPaused(registry, asked);
    }
  }

  /** Sends with authentication, and once more with a new token if a token was refused. */
  async #authorized(
    method: 'GET' | 'HEAD',
    path: string,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    await this.#waitForPause(signal);
    const answer = await this.#send(method, path, repository, signal);
    if (answer.status !== 401) return answer;
    this.#authenticator.forget(repository.path);
    return this.#send(method, path, repository, signal);
  }

  async #send(method: 'GET' | 'HEAD', path: string, repository: Repository, signal: AbortSignal): Promise<HttpAnswer> {
    const origin = await this.#authenticator.origin(signal);
    const authorization = await this.#authenticator.authorization(repository.path, signal);
    const headers = { accept: ACCEPT, ...defined({ authorization }) };
    return this.#http.send({ method, url: new URL(path, origin), headers, signal });
  }

  async #waitForPause(signal: AbortSignal): Promise<void> {
    const { registry } = this.#route;
    for (let left = this.#pauses.remainingSeconds(registry); left > 0; left = this.#pauses.remainingSeconds(registry)) {
      if (left > PATIENCE_SECONDS) throw new RegistryPaused(registry, left);
      await wait(left * 1000, signal);
    }
  }

  #listen({ headers }: HttpAnswer): void {
    const left = pullsLeft(headers);
    if (left !== undefined) this.#news.pullsLeft(this.#route.registry, left);
  }
}
