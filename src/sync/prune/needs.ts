import { attachedTo, type ManifestLinks } from '../../image/manifest-links.ts';

/** A tag, or no tag, and the digest that it stands for. */
interface Named {
  readonly tag?: string;
  readonly digest: string;
}

export interface NeedsQuestion {
  /** Tags that stay, whoever's they are. */
  readonly staying: readonly (Named & { readonly tag: string })[];
  /** Selected by their digest. */
  readonly wantedDigests: Iterable<string>;
  /** What is removed unless it is needed. */
  readonly candidates: readonly Named[];
  readonly linksOf: ReadLinks;
}

/** What a digest of the repository names; absent: it is not there. */
type ReadLinks = (digest: string) => Promise<ManifestLinks | undefined>;

/** Something that stays. */
interface Place {
  readonly digest: string;
  /** What it is called in a reason. */
  readonly name: string;
}

const NO_LINKS: ManifestLinks = { children: [] };

/** Candidates by what they are attached to: by the name of their tag, or by their own word. */
const attachments = async ({ candidates, linksOf }: NeedsQuestion): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, string[]>();
  for (const { tag = '', digest } of candidates) {
    for (const subject of [attachedTo(tag), (await linksOf(digest))?.subject]) {
      if (subject !== undefined) found.set(subject, [...(found.get(subject) ?? []), digest]);
    }
  }
  return found;
};

/**
 * Why digests are needed by what stays: tags name them, an entry selects them, an index that is needed consists of them, at
 * any depth, they are attached to what is needed, or are what a tag that stays is attached to. Registries themselves remove
 * an image whoever needs it.
 */
export const neededDigests = async (question: NeedsQuestion): Promise<ReadonlyMap<string, string>> => {
  const { staying, wantedDigests, linksOf } = question;
  const attached = await attachments(question);
  const reasons = new Map<string, string>();
  const queue: Place[] = [];
  /** What a tag names for itself, and not for what it is attached to; a candidate's tag stays if its image is needed. */
  const standing = new Set(
    [...staying, ...question.candidates].flatMap(({ tag, digest }) =>
      tag !== undefined && attachedTo(tag) === undefined ? [digest] : [],
    ),
  );
  const need = (digest: string, reason: string, name: string): void => {
    if (reasons.has(digest)) return;
    reasons.set(digest, reason);
    queue.push({ digest, name });
  };
  for (const digest of wantedDigests) need(digest, 'is selected by its digest', digest);
  for (const { tag, digest } of staying) need(digest, `is the same image as tag ${tag}`, `tag ${tag}`);
  for (let place = queue.shift(); place !== undefined; place = queue.shift()) {
    const { digest, name } = place;
    const { children, subject } = (await linksOf(digest)) ?? NO_LINKS;
    for (const child of children) need(child, `is a part of ${name}`, name);
    for (const attachment of attached.get(digest) ?? []) need(attachment, `is attached to ${name}`, name);
    if (subject !== undefined && standing.has(digest)) need(subject, `is what ${name} is attached to`, name);
  }
  return reasons;
};

/** The first part, at any depth, that one of these digests consists of and that is not there. */
export const lackOf = async (digests: readonly string[], linksOf: ReadLinks): Promise<string | undefined> => {
  const open = [...digests];
  const seen = new Set<string>();
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    if (seen.has(digest)) continue;
    seen.add(digest);
    const links = await linksOf(digest);
    if (links === undefined) return digest;
    open.push(...links.children);
  }
  return undefined;
};
