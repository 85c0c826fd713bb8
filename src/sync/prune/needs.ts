import { attachedTo, type ManifestLinks } from '../../image/manifest-links.ts';

/** A digest, and the tag that stands for it if there is one. */
interface Named {
  readonly tag?: string;
  readonly digest: string;
}

export interface NeedsQuestion {
  /** All tags that stay, whoever owns them. */
  readonly staying: readonly (Named & { readonly tag: string })[];
  /** Digests that entries select. */
  readonly wantedDigests: Iterable<string>;
  /** What is removed unless something needs it. */
  readonly candidates: readonly Named[];
  readonly linksOf: ReadLinks;
}

/** The links of a digest of the repository; absent: the digest is not there. */
type ReadLinks = (digest: string) => Promise<ManifestLinks | undefined>;

/** Something that stays. */
interface NeededImage {
  readonly digest: string;
  /** Its name in reasons. */
  readonly name: string;
}

const NO_LINKS: ManifestLinks = { children: [] };

/** Candidates by the image that they are attached to, according to the name of their tag or to their `subject`. */
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
 * Why what stays needs certain digests: a tag names them, an entry selects them, a needed index has them as parts at
 * any depth, they are attached to something needed, or a tag that stays is attached to them. Registries remove an image
 * without checking who needs it.
 */
export const neededDigests = async (question: NeedsQuestion): Promise<ReadonlyMap<string, string>> => {
  const { staying, wantedDigests, linksOf } = question;
  const attached = await attachments(question);
  const reasons = new Map<string, string>();
  const queue: NeededImage[] = [];
  /**
   * Digests of tags that stand for an image and not for an attachment; a candidate's tag stays if its image is needed.
   */
  const imageDigests = new Set(
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
  for (let image = queue.shift(); image !== undefined; image = queue.shift()) {
    const { digest, name } = image;
    const { children, subject } = (await linksOf(digest)) ?? NO_LINKS;
    for (const child of children) need(child, `is a part of ${name}`, name);
    for (const attachment of attached.get(digest) ?? []) need(attachment, `is attached to ${name}`, name);
    if (subject !== undefined && imageDigests.has(digest)) need(subject, `is what ${name} is attached to`, name);
  }
  return reasons;
};

/** The first missing part, at any depth, of one of these digests. */
export const firstMissingPart = async (digests: readonly string[], linksOf: ReadLinks): Promise<string | undefined> => {
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
