import { WrapperError } from '../../errors/wrapper-error.ts';
import { dockerReference, parseDockerReference, type Repository, repositoryKey } from '../../image/docker-reference.ts';
import { MEDIA_TYPES } from '../../image/manifest.ts';
import { linksOf, type ManifestLinks } from '../../image/manifest-links.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { ManifestHead, RegistryLookup } from '../../registry/lookup.ts';
import { mapLimited } from '../map-limited.ts';
import type { Candidate } from './candidates.ts';
import { firstMissingPart, neededDigests } from './needs.ts';

export interface LookContext {
  readonly lookup: RegistryLookup;
  readonly destinationAccess: (destination: string) => RegistryAccess;
  readonly signal: AbortSignal;
}

/** The result for one candidate. */
export type Finding =
  | { readonly kind: 'removable' }
  /** It is not what the job left there. */
  | { readonly kind: 'not-ours'; readonly reason: string }
  | { readonly kind: 'needed'; readonly reason: string };

/** The tag or digest that names an image in its repository. */
interface Version {
  readonly tag?: string;
  readonly digest?: string;
}

/** The state in which a repository was found. */
export interface RepositoryLook {
  readonly tagCount: number;
  /** Selected tags and digests that are not there. */
  readonly missing: readonly Version[];
  /** The first part that is missing of something selected, if any is. */
  readonly missingPart: string | undefined;
  readonly findings: ReadonlyMap<Candidate, Finding>;
}

/** What is selected in a repository, by tags and by digests. */
export interface Wanted {
  /** By the name under which the job writes to it now; logins and certificates belong to that name. */
  readonly repository: Repository;
  readonly tags: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
}

const repositoryOf = ([first]: readonly Repository[]): Repository => ({
  registry: first?.registry ?? '',
  path: first?.path ?? '',
});

const HEADS_AT_A_TIME = 16;

const NO_LINKS: ManifestLinks = { children: [] };

/** Types of manifests that have no links to others. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set([MEDIA_TYPES.dockerManifest]);

/** Groups what is selected by repository. */
export const wantedByRepository = (destinations: readonly string[]): ReadonlyMap<string, Wanted> => {
  const docker = destinations.filter((destination) => destination.startsWith('docker://')).map(parseDockerReference);
  const groups = Map.groupBy(docker, repositoryKey);
  return new Map(
    [...groups].map(([key, references]) => [
      key,
      {
        repository: repositoryOf(references),
        tags: new Set(references.flatMap(({ tag = 'latest', digest }) => (digest === undefined ? [tag] : []))),
        digests: new Set(references.flatMap(({ digest }) => digest ?? [])),
      },
    ]),
  );
};

/**
 * Looks at one repository as often as asked. It reads each digest once, since the content of a digest never changes.
 */
export class RepositoryWatch {
  readonly #repository: Repository;
  readonly #wanted: Wanted;
  readonly #context: LookContext;
  readonly #access: RegistryAccess;
  readonly #links = new Map<string, ManifestLinks>();

  constructor(wanted: Wanted, context: LookContext) {
    this.#repository = wanted.repository;
    this.#wanted = wanted;
    this.#context = context;
    this.#access = context.destinationAccess(dockerReference(wanted.repository, {}));
  }

  /** Absent: the registry says that the manifest does not exist. */
  head(version: Version): Promise<ManifestHead | undefined> {
    const { lookup, signal } = this.#context;
    return lookup.head(dockerReference(this.#repository, version), this.#access, signal);
  }

  /** @throws WrapperError when a question has no clear answer: then nothing can be said about any candidate. */
  async look(candidates: readonly Candidate[]): Promise<RepositoryLook> {
    const listed = await this.#tags();
    const own = candidates.map((candidate) => ({ candidate, ...versionOf(candidate.destination) }));
    const tags = [...new Set([...listed, ...this.#wanted.tags, ...own.flatMap(({ tag }) => tag ?? [])])];
    const heads = new Map(
      await mapLimited(tags, HEADS_AT_A_TIME, async (tag) => [tag, await this.head({ tag })] as const),
    );
    const findings = new Map<Candidate, Finding>();
    for (const { candidate, tag, digest } of own) {
      const head = digest === undefined ? heads.get(tag ?? '') : await this.head({ digest });
      const reason = head === undefined ? 'is gone already' : 'was replaced by somebody else';
      if (head?.digest !== candidate.digest) findings.set(candidate, { kind: 'not-ours', reason });
    }
    const open = own.filter(({ candidate }) => !findings.has(candidate));
    const openTags = new Set(open.flatMap(({ tag }) => tag ?? []));
    const staying = [...heads].flatMap(([tag, head]) =>
      head === undefined || openTags.has(tag) ? [] : [{ tag, ...head }],
    );
    await mapLimited(staying, HEADS_AT_A_TIME, ({ digest, mediaType }) => this.#linksOf(digest, mediaType));
    const needs = await neededDigests({
      staying,
      wantedDigests: this.#wanted.digests,
      candidates: open.map(({ candidate, ...version }) => ({ ...version, digest: candidate.digest })),
      linksOf: (digest) => this.#linksOf(digest),
    });
    for (const { candidate } of open) {
      const reason = needs.get(candidate.digest);
      findings.set(candidate, reason === undefined ? { kind: 'removable' } : { kind: 'needed', reason });
    }
    const missing: Version[] = [...this.#wanted.tags].flatMap((tag) => (heads.get(tag) === undefined ? { tag } : []));
    const selected = staying.filter(({ tag }) => this.#wanted.tags.has(tag)).map(({ digest }) => digest);
    for (const digest of this.#wanted.digests) {
      if ((await this.#linksOf(digest)) === undefined) missing.push({ digest });
      else selected.push(digest);
    }
    const missingPart = await firstMissingPart(selected, (digest) => this.#linksOf(digest));
    return { tagCount: tags.length, missing, missingPart, findings };
  }

  /** A repository that does not exist has no tags. */
  async #tags(): Promise<readonly string[]> {
    const { lookup, signal } = this.#context;
    try {
      return await lookup.tags(this.#repository, this.#access, signal);
    } catch (error) {
      if (error instanceof WrapperError && error.errorType === 'not_found') return [];
      throw error;
    }
  }

  /** A missing manifest is asked for again, since it may exist by the next look. */
  async #linksOf(digest: string, mediaType = ''): Promise<ManifestLinks | undefined> {
    const known = this.#links.get(digest);
    if (known !== undefined) return known;
    const links = WITHOUT_LINKS.has(mediaType) ? NO_LINKS : await this.#readLinks(digest);
    if (links !== undefined) this.#links.set(digest, links);
    return links;
  }

  async #readLinks(digest: string): Promise<ManifestLinks | undefined> {
    const { lookup, signal } = this.#context;
    try {
      return linksOf(await lookup.manifest(dockerReference(this.#repository, { digest }), this.#access, signal));
    } catch (error) {
      if (!(error instanceof WrapperError) || error.errorType !== 'not_found') throw error;
      if ((await this.head({ digest })) === undefined) return undefined;
      throw error;
    }
  }
}

/** The tag or digest of a destination within its repository. */
export const versionOf = (destination: string): Version => {
  const { tag = 'latest', digest } = parseDockerReference(destination);
  return digest === undefined ? { tag } : { digest };
};
