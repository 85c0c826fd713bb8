import type { IncomingHttpHeaders } from 'node:http';
import type PQueue from 'p-queue';
import * as z from 'zod';
import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import { wait } from '../host/timers.ts';
import { isDigest, type Repository } from '../image/docker-reference.ts';
import { MEDIA_TYPES } from '../image/manifest.ts';
import { parseJson } from '../text/json.ts';
import { Authenticator } from './authenticator.ts';
import { HttpClient } from './http/http-client.ts';
import type { HttpAnswer } from './http/message.ts';
import type { ManifestHead } from './lookup.ts';
import { RegistryPausedError, type RegistryPauses } from './pauses.ts';
import { refuseRedirect } from './redirect.ts';
import type { Route } from './route.ts';
import { LISTING_LIMITS, type ListingLimits, readTags } from './tag-pages.ts';
import type { TrustStore } from './trust.ts';

/** A question to a registry about one of its repositories. */
interface RepositoryRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly repository: Repository;
  readonly signal: AbortSignal;
  readonly maxBytes?: number;
}

/** A clear answer, or none: then skopeo has to be asked. */
export type ClearAnswer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' };

const UNCLEAR = { kind: 'unclear' } as const;
const ACCEPT = Object.values(MEDIA_TYPES).join(', ');
/** Number of requests to one registry at a time. */
export const REQUESTS_AT_A_TIME = 32;
const MAX_RATE_LIMITED_RETRIES = 4;
const DEFAULT_PAUSE_SECONDS = 5;
/** A question waits for this long; the caller decides about longer pauses. */
const PATIENCE_SECONDS = 10;

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().catch('') })) });

/** The codes of the specification, and the message of Harbor. */
const isAbsenceError = (body: Buffer): boolean =>
  parseJson(body, errorsSchema)?.errors.some(
    ({ code, message }) =>
      /^(?:MANIFEST|NAME)_UNKNOWN$/.test(code) || /^(?:artifact|repository) \S+ not found/.test(message),
  ) ?? false;

/** Called when the registry says that there were too many requests, or how much is left of an allowance. */
export interface RegistryListener {
  rateLimited(registry: string): void;
  pullsLeft(registry: string, count: number): void;
}

/** What all clients of a run, or of one registry, share. */
interface ClientContext {
  /** Silence that counts as no answer. */
  readonly silenceSeconds?: number | undefined;
  readonly listingLimits?: ListingLimits | undefined;
  readonly queue: PQueue;
  readonly trust: TrustStore;
  readonly clock: Clock;
  readonly pauses: RegistryPauses;
  readonly listener: RegistryListener;
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const firstOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Pulls left of a counted allowance, from Docker Hub's `RateLimit-Remaining: 76;w=21600`. */
export const pullsLeft = (headers: IncomingHttpHeaders): number | undefined => {
  const match = /^\s*(\d+)/.exec(firstOf(headers['ratelimit-remaining']) ?? '');
  return match === null ? undefined : Number(match[1]);
};

/** Seconds that a registry asks to wait: `Retry-After` as a number or a date. */
export const retryAfterSeconds = (headers: IncomingHttpHeaders, wallMs: number): number | undefined => {
  const text = firstOf(headers['retry-after']);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - wallMs) / 1000);
};

/**
 * Reads manifests and tags of one registry with the rights of one user. It keeps to the limits of the registry: all its
 * users share one queue, and pauses are kept. All methods reject with RegistryPausedError when a pause is long.
 */
export class RegistryClient implements Disposable {
  readonly #http: HttpClient;
  readonly #authenticator: Authenticator;
  readonly #queue: PQueue;
  readonly #route: Route;
  readonly #clock: Clock;
  readonly #pauses: RegistryPauses;
  readonly #listener: RegistryListener;
  readonly #limits: ListingLimits;

  constructor(route: Route, context: ClientContext) {
    const { queue, trust, clock, pauses, listener, silenceSeconds, listingLimits = LISTING_LIMITS } = context;
    const { answerSeconds } = listingLimits;
    this.#http = new HttpClient({
      ...route,
      trust,
      maxConnections: REQUESTS_AT_A_TIME,
      silenceSeconds,
      answerSeconds,
    });
    this.#limits = listingLimits;
    this.#authenticator = new Authenticator(this.#http, route, () => clock.monotonicMs());
    this.#queue = queue;
    this.#route = route;
    this.#clock = clock;
    this.#pauses = pauses;
    this.#listener = listener;
  }

  /** Connects, and finds out which scheme and authentication the registry uses. */
  async connect(signal: AbortSignal): Promise<ClearAnswer<never>> {
    await this.#queue.add(() => this.#authenticator.origin(signal), { signal });
    return UNCLEAR;
  }

  /**
   * Digest and type of a manifest by HEAD, which no registry counts as a pull. A bare 404, which gateways and web
   * servers send, is not an answer. As HEAD has no body, the registry is then asked by GET for its error message.
   */
  async head(repository: Repository, reference: string, signal: AbortSignal): Promise<ClearAnswer<ManifestHead>> {
    const path = `/v2/${repository.path}/manifests/${reference}`;
    const answer = await this.#ask({ method: 'HEAD', path, repository, signal });
    if (answer.status === 404) {
      const { status, body } = await this.#ask({ method: 'GET', path, repository, signal });
      return status === 404 && isAbsenceError(body) ? { kind: 'absent' } : UNCLEAR;
    }
    const digest = single(answer.headers['docker-content-digest']);
    if (answer.status !== 200 || digest === undefined || !isDigest(digest)) return UNCLEAR;
    const mediaType = single(answer.headers['content-type'])?.split(';')[0];
    return { kind: 'found', value: { digest, ...defined({ mediaType }) } };
  }

  /** The bytes of a manifest. */
  async manifest(repository: Repository, reference: string, signal: AbortSignal): Promise<ClearAnswer<Uint8Array>> {
    const path = `/v2/${repository.path}/manifests/${reference}`;
    const answer = await this.#ask({ method: 'GET', path, repository, signal });
    return answer.status === 200 ? { kind: 'found', value: answer.body } : UNCLEAR;
  }

  /** All tags of a repository, page after page. Rejects with RegistryMisbehaviourError when they do not come to an end. */
  async tags(repository: Repository, signal: AbortSignal): Promise<ClearAnswer<readonly string[]>> {
    const tags = await readTags({
      registry: this.#route.registry,
      repository,
      ask: (path, maxBytes) => this.#ask({ method: 'GET', path, repository, signal, maxBytes }),
      limits: this.#limits,
      clock: this.#clock,
    });
    return tags === undefined ? UNCLEAR : { kind: 'found', value: tags };
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  /** Asks when it is this question's turn, and again when the registry says that there were too many requests. */
  async #ask(request: RepositoryRequest): Promise<HttpAnswer> {
    const { signal } = request;
    for (let time = 0; ; time++) {
      const answer = await this.#queue.add(() => this.#sendAuthorized(request), { signal });
      this.#readAllowance(answer);
      if (answer.status !== 429) return answer;
      const { registry } = this.#route;
      const asked = retryAfterSeconds(answer.headers, this.#clock.wallMs()) ?? DEFAULT_PAUSE_SECONDS * 2 ** time;
      this.#listener.rateLimited(registry);
      this.#pauses.pause(registry, asked);
      if (time === MAX_RATE_LIMITED_RETRIES) throw new RegistryPausedError(registry, asked);
    }
  }

  /** Sends with authentication, and once more with a new token if a token was refused. */
  async #sendAuthorized(request: RepositoryRequest): Promise<HttpAnswer> {
    await this.#waitForPause(request.signal);
    const answer = await this.#send(request);
    if (answer.status !== 401) return answer;
    this.#authenticator.forget(request.repository.path);
    return this.#send(request);
  }

  async #send({ method, path, repository, signal, maxBytes }: RepositoryRequest): Promise<HttpAnswer> {
    const origin = await this.#authenticator.origin(signal);
    const authorization = await this.#authenticator.authorization(repository.path, signal);
    const headers = { accept: ACCEPT, ...defined({ authorization }) };
    const url = new URL(path, origin);
    const answer = await this.#http.send({ method, url, headers, signal, ...defined({ maxBytes }) });
    await refuseRedirect(answer, url, this.#route.registry);
    return answer;
  }

  async #waitForPause(signal: AbortSignal): Promise<void> {
    const { registry } = this.#route;
    for (let left = this.#pauses.remainingSeconds(registry); left > 0; left = this.#pauses.remainingSeconds(registry)) {
      if (left > PATIENCE_SECONDS) throw new RegistryPausedError(registry, left);
      await wait(left * 1000, signal);
    }
  }

  #readAllowance({ headers }: HttpAnswer): void {
    const left = pullsLeft(headers);
    if (left !== undefined) this.#listener.pullsLeft(this.#route.registry, left);
  }
}
