import type { Repo, World } from './world.ts';

/** What a job wants of a repository: tags, and digests. */
export interface Selected {
  readonly tags: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
}

const ATTACHED = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/;
const attachedTo = (tag: string): string | undefined => {
  const hex = ATTACHED.exec(tag)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
};

/**
 * Everything in a repository that must stay, by the simplest algorithm: what this job has no claim to, what is selected,
 * and then, until nothing is added, everything that one of these needs.
 */
export const mustStay = (
  world: World,
  repo: Repo,
  selected: Selected,
  isClaimed: (tag: string, digest: string) => boolean,
): ReadonlySet<string> => {
  const free = [...repo.tags].filter(([tag, digest]) => !selected.tags.has(tag) && isClaimed(tag, digest));
  const staying = [...repo.tags].filter(([tag]) => !free.some(([other]) => other === tag));
  const stay = new Set([...staying.map(([, digest]) => digest), ...selected.digests]);
  for (let size = -1; size !== stay.size; ) {
    size = stay.size;
    for (const [tag, digest] of repo.tags) {
      const { subject } = world.contentOf(digest);
      if (stay.has(digest) && attachedTo(tag) === undefined && subject !== undefined) stay.add(subject);
    }
    // What is not there, such as an index that only something attached to it names, needs nothing.
    for (const digest of [...stay].filter((one) => repo.manifests.has(one)))
      for (const child of world.contentOf(digest).children) stay.add(child);
    for (const [tag, digest] of free) if (stay.has(attachedTo(tag) ?? '')) stay.add(digest);
    for (const digest of repo.manifests) if (stay.has(world.contentOf(digest).subject ?? '')) stay.add(digest);
  }
  return stay;
};

/** What an image lacks at its place, at any depth; empty: it can be copied whole. */
export const lacks = (world: World, repo: Repo, digest: string): readonly string[] =>
  repo.manifests.has(digest)
    ? world.contentOf(digest).children.flatMap((child) => lacks(world, repo, child))
    : [digest];
