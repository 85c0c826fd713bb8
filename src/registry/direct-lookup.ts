import { hash } from 'node:crypto';
import PQueue from 'p-queue';
import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import { WrapperError } from '../errors/wrapper-error.ts';
import { DOCKER_HUB } from '../image/docker-hub.ts';
import { parseDockerReference, type Repository } from '../image/docker-reference.ts';
import { digestOf, mediaTypeOf } from '../image/manifest.ts';
import { registryKey } from '../image/registry-key.ts';
import { saysAbsent } from '../skopeo/failure/absence.ts';
import type { RegistryAccess, RegistryLimits } from './access.ts';
import type { ManifestHead, RegistryLookup, SkopeoQuestions } from './lookup.ts';
import { ManifestCache } from './manifest-cache.ts';
import { RegistryMisbehaviourError } from './misbehaviour.ts';
import { RegistrySilentError } from './outages.ts';
import { RegistryPausedError, type RegistryPauses } from './pauses.ts';
import { type ClearAnswer, REQUESTS_AT_A_TIME, RegistryClient, type RegistryListener } from './registry-client.ts';
import type { Route, Router } from './route.ts';
import type { ListingLimits } from './tag-pages.ts';
import { TrustStore } from './trust.ts';

interface LookupOptions {
  readonly router: Router;
  readonly skopeo: SkopeoQuestions;
  readonly limits: ReadonlyMap<string, RegistryLimits>;
  readonly clock: Clock;
  readonly pauses: RegistryPauses;
  readonly rateLimited?: (registry: string) => void;
  /** After this silence skopeo is asked, if it is shorter than the client's own limit. */
  readonly silenceSeconds?: number | undefined;
  /** Of lists of tags, if other than the client's own. */
  readonly listingLimits?: ListingLimits | undefined;
}

/** What a direct question may end with that skopeo need not be asked after. */
const FINAL_ERRORS = [RegistryPausedError, RegistrySilentError, RegistryMisbehaviourError];

const DEFAULT_TAG = 'latest';

/** The repository of a reference, the tag or digest of the manifest in it, and the digest if it has one. */
const manifestAt = (reference: string) => {
  const { tag, digest, ...repository } = parseDockerReference(reference);
  return { repository, version: digest ?? tag ?? DEFAULT_TAG, digest };
};

/** What must be equal for two users of a registry to share connections and tokens. */
const identityOf = ({ registry, insecure, credentials, authorities }: Route): string =>
  hash(
    'sha256',
    JSON.stringify([
      registry,
      insecure,
      credentials && [credentials.username, credentials.password.reveal()],
      authorities,
    ]),
    'base64url',
  );

/**
 * Asks registries directly if skopeo would clearly make the same request and the answer is clear, and asks skopeo in
 * all other cases. Routes, connections and tokens are kept for the run.
 */
export class DirectLookup implements RegistryLookup, Disposable {
  readonly #options: LookupOptions;
  readonly #clients = new Map<string, RegistryClient>();
  readonly #clientsByRoute = new WeakMap<Route, RegistryClient>();
  readonly #routes = new WeakMap<RegistryAccess, Map<string, Promise<Route | undefined>>>();
  readonly #trust = new TrustStore();
  readonly #queues = new Map<string, PQueue>();
  readonly #manifests = new ManifestCache();
  readonly #left = new Map<string, number>();

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  connect(reference: string, access: RegistryAccess, signal: AbortSignal): void {
    const repository = parseDockerReference(reference);
    this.#directly(repository, access, signal, (client) => client.connect(signal)).catch(() => {});
  }

  async tags(repository: Repository, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.#directly(repository, access, signal, (client) => client.tags(repository, signal));
    if (answer.kind === 'found') return answer.value;
    return this.#options.skopeo.listTags(repository, access, signal);
  }

  async head(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<ManifestHead | undefined> {
    const { repository, version } = manifestAt(reference);
    const answer = await this.#directly(repository, access, signal, (client) =>
      client.head(repository, version, signal),
    );
    if (answer.kind === 'found') return answer.value;
    if (answer.kind === 'absent') return undefined;
    return this.#headBySkopeo(reference, access, signal);
  }

  async manifest(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array> {
    const known = this.#manifests.get(reference);
    if (known !== undefined) return known;
    const manifest = await this.#readManifest(reference, access, signal);
    this.#manifests.set(reference, manifest);
    return manifest;
  }

  async requestedPauseSeconds(
    reference: string,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { repository, version } = manifestAt(reference);
    try {
      await this.#directly(repository, access, signal, (client) => client.head(repository, version, signal));
      return undefined;
    } catch (error) {
      return error instanceof RegistryPausedError ? error.waitSeconds : undefined;
    }
  }

  async #readManifest(reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Uint8Array> {
    const { repository, version, digest } = manifestAt(reference);
    const answer = await this.#directly(repository, access, signal, (client) =>
      client.manifest(repository, version, signal),
    );
    const isTrue = answer.kind === 'found' && (digest === undefined || digestOf(answer.value) === digest);
    return isTrue ? answer.value : this.#options.skopeo.inspectRaw(reference, access, signal);
  }

  /** Docker Hub counts pulls; for other registries this is known when their answers say so. */
  countsPulls(registry: string): boolean {
    const key = registryKey(registry);
    return key === DOCKER_HUB || this.#left.has(key);
  }

  pullsLeft(registry: string): number | undefined {
    return this.#left.get(registryKey(registry));
  }

  [Symbol.dispose](): void {
    for (const queue of this.#queues.values()) queue.clear();
    for (const client of this.#clients.values()) client[Symbol.dispose]();
  }

  /**
   * After any failure of the direct request skopeo is asked, except if the registry wants no requests for now, or is
   * silent for so long that skopeo would wait in vain, too.
   */
  async #directly<T>(
    repository: Repository,
    access: RegistryAccess,
    signal: AbortSignal,
    ask: (client: RegistryClient) => Promise<ClearAnswer<T>>,
  ): Promise<ClearAnswer<T>> {
    try {
      const route = await this.#routeTo(repository, access);
      return route === undefined ? { kind: 'unclear' } : await ask(this.#clientFor(route));
    } catch (error) {
      if (signal.aborted || FINAL_ERRORS.some((kind) => error instanceof kind)) throw error;
      return { kind: 'unclear' };
    }
  }

  async #headBySkopeo(
    reference: string,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<ManifestHead | undefined> {
    try {
      const bytes = await this.#options.skopeo.inspectRaw(reference, access, signal);
      const mediaType = mediaTypeOf(bytes);
      return { digest: digestOf(bytes), ...defined({ mediaType }) };
    } catch (error) {
      if (error instanceof WrapperError && saysAbsent(error.message, { transport: 'docker' })) return undefined;
      throw error;
    }
  }

  #routeTo(repository: Repository, access: RegistryAccess): Promise<Route | undefined> {
    const routes = this.#routes.get(access) ?? new Map<string, Promise<Route | undefined>>();
    this.#routes.set(access, routes);
    const name = `${repository.registry}/${repository.path}`;
    const route = routes.get(name) ?? this.#options.router.routeTo(repository, access);
    routes.set(name, route);
    return route;
  }

  #clientFor(route: Route): RegistryClient {
    const client = this.#clientsByRoute.get(route) ?? this.#sharedClient(route);
    this.#clientsByRoute.set(route, client);
    return client;
  }

  #sharedClient(route: Route): RegistryClient {
    const identity = identityOf(route);
    const known = this.#clients.get(identity);
    if (known !== undefined) return known;
    const { clock, pauses, rateLimited, silenceSeconds, listingLimits } = this.#options;
    const listener: RegistryListener = {
      rateLimited: (registry) => rateLimited?.(registry),
      pullsLeft: (registry, count) => void this.#left.set(registryKey(registry), count),
    };
    const context = {
      queue: this.#queueFor(route.registry),
      trust: this.#trust,
      clock,
      pauses,
      listener,
      silenceSeconds,
      listingLimits,
    };
    const client = new RegistryClient(route, context);
    this.#clients.set(identity, client);
    return client;
  }

  #queueFor(name: string): PQueue {
    const registry = registryKey(name);
    const { requestsPerSecond } = this.#options.limits.get(registry) ?? {};
    const rate = requestsPerSecond === undefined ? {} : { intervalCap: 1, interval: 1000 / requestsPerSecond };
    const queue = this.#queues.get(registry) ?? new PQueue({ concurrency: REQUESTS_AT_A_TIME, ...rate });
    this.#queues.set(registry, queue);
    return queue;
  }
}
