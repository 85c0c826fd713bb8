import type { MadeManifest, Store } from './store.ts';

export type Writer = string;

interface Content {
  readonly children: readonly string[];
  readonly subject: string | undefined;
}

/** A repository as it should be by all that was done to it. */
export interface Repo {
  readonly tags: ReadonlyMap<string, string>;
  readonly manifests: ReadonlySet<string>;
}

interface MutableRepo {
  readonly tags: Map<string, string>;
  readonly manifests: Set<string>;
}

/** What a job left under a tag, as long as it can believe that it still is its own. */
interface Claim {
  readonly digest: string;
  isChanged: boolean;
}

export const FOREIGN: Writer = 'somebody else';

/**
 * What was done to the registry, by whom, in memory. A registry removes an image with all of its tags, and asks nobody
 * who needs it.
 */
export class World {
  readonly #store: Store;
  readonly #repos = new Map<string, MutableRepo>();
  readonly #contents = new Map<string, Content>();
  readonly #bytes = new Map<string, MadeManifest>();
  readonly #claims = new Map<Writer, Map<string, Claim>>();
  /** Removed by others than the job that looks: no fault of its. */
  readonly broken = new Set<string>();
  /** How often somebody else did something. */
  foreignActs = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  repo(name: string): Repo {
    return this.#repo(name);
  }

  get names(): readonly string[] {
    return [...this.#repos.keys()];
  }

  snapshot(name: string): Repo {
    const { tags, manifests } = this.#repo(name);
    return { tags: new Map(tags), manifests: new Set(manifests) };
  }

  contentOf(digest: string): Content {
    return this.#contents.get(digest) ?? { children: [], subject: undefined };
  }

  made(digest: string): MadeManifest | undefined {
    return this.#bytes.get(digest);
  }

  /** Makes a manifest known that is not in any repository yet. */
  know(manifest: MadeManifest): void {
    this.#bytes.set(manifest.digest, manifest);
  }

  claim(writer: Writer, repository: string, tag: string): string | undefined {
    return this.#claims.get(writer)?.get(`${repository}:${tag}`)?.digest;
  }

  /** `reference`: a tag or the digest. */
  async put(writer: Writer, repository: string, reference: string, manifest: MadeManifest): Promise<void> {
    return this.#inTurn(() => this.#put(writer, repository, reference, manifest));
  }

  async #put(writer: Writer, repository: string, reference: string, manifest: MadeManifest): Promise<void> {
    await this.#store.put(repository, reference, manifest);
    const { digest, bytes } = manifest;
    const json = JSON.parse(bytes.toString()) as { manifests?: { digest: string }[]; subject?: { digest: string } };
    this.#contents.set(digest, {
      children: (json.manifests ?? []).map((child) => child.digest),
      subject: json.subject?.digest,
    });
    this.#bytes.set(digest, manifest);
    const repo = this.#repo(repository);
    repo.manifests.add(digest);
    this.broken.delete(`${repository}@${digest}`);
    if (writer === FOREIGN) this.foreignActs++;
    if (reference.startsWith('sha256:')) {
      if (writer !== FOREIGN) this.#setClaim(writer, `${repository}:${digest}`, digest);
      return;
    }
    const isNew = repo.tags.get(reference) !== digest;
    repo.tags.set(reference, digest);
    if (isNew) this.#changed(`${repository}:${reference}`, digest, writer);
    if (writer !== FOREIGN) this.#setClaim(writer, `${repository}:${reference}`, digest);
  }

  async putWhole(writer: Writer, repository: string, reference: string, manifest: MadeManifest): Promise<void> {
    const json = JSON.parse(manifest.bytes.toString()) as { manifests?: { digest: string }[] };
    for (const { digest } of json.manifests ?? []) {
      const child = this.#bytes.get(digest);
      if (child !== undefined && !this.#repo(repository).manifests.has(digest))
        await this.putWhole(`${writer} (part)`, repository, digest, child);
    }
    await this.put(writer, repository, reference, manifest);
  }

  async delete(writer: Writer, repository: string, digest: string): Promise<number> {
    return this.#inTurn(() => this.#delete(writer, repository, digest));
  }

  async #delete(writer: Writer, repository: string, digest: string): Promise<number> {
    const status = await this.#store.delete(repository, digest);
    if (status !== 202) return status;
    const repo = this.#repo(repository);
    repo.manifests.delete(digest);
    if (writer === FOREIGN) this.foreignActs++;
    for (const [tag, named] of [...repo.tags]) {
      if (named !== digest) continue;
      repo.tags.delete(tag);
      this.#changed(`${repository}:${tag}`, undefined, writer);
      this.#claims.get(writer)?.delete(`${repository}:${tag}`);
    }
    this.#claims.get(writer)?.delete(`${repository}:${digest}`);
    this.broken.add(`${repository}@${digest}`);
    return status;
  }

  /**
   * What a job would find changed since it wrote it, if it looked now. Call the answer when the job has looked at all of it:
   * from then on it does not own that any more. What changes during its run, it may see only in its next run; by then
   * somebody may have changed it back.
   */
  changedNow(writer: Writer): () => void {
    const claims = this.#claims.get(writer) ?? new Map<string, Claim>();
    const changed = [...claims].filter(([place, { isChanged, digest }]) => {
      const [repository = '', tag = ''] = /^([^:]+):(.*)$/.exec(place)?.slice(1) ?? [];
      const { tags, manifests } = this.#repo(repository);
      return isChanged && !(tag.startsWith('sha256:') ? manifests.has(tag) : tags.get(tag) === digest);
    });
    return () => {
      for (const [place, claim] of changed) if (claims.get(place) === claim) claims.delete(place);
    };
  }

  /** Where the registry is not as it should be by all that was done to it. */
  async differences(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [name, { tags }] of this.#repos) {
      const listed = await this.#store.tags(name);
      for (const tag of new Set([...listed, ...tags.keys()])) {
        const { digest } = await this.#store.get(name, tag, 'HEAD');
        if (digest !== tags.get(tag)) found.push(`${name}:${tag} is ${digest}, should be ${tags.get(tag)}`);
      }
    }
    return found;
  }

  /** One change at a time: of two under way at once nobody could tell which the registry took last. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #changed(place: string, digest: string | undefined, writer: Writer): void {
    for (const [claimer, claims] of this.#claims) {
      const claim = claims.get(place);
      if (claimer !== writer && claim !== undefined && claim.digest !== digest) claim.isChanged = true;
    }
  }

  #setClaim(writer: Writer, place: string, digest: string): void {
    const claims = this.#claims.get(writer) ?? new Map<string, Claim>();
    this.#claims.set(writer, claims);
    claims.set(place, { digest, isChanged: false });
  }

  #repo(name: string): MutableRepo {
    const known = this.#repos.get(name) ?? { tags: new Map<string, string>(), manifests: new Set<string>() };
    this.#repos.set(name, known);
    return known;
  }
}
