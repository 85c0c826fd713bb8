import * as z from 'zod';
import { defined } from '../defined.ts';
import { parseJson } from '../text/json.ts';

/** The links of a manifest to others in its repository. */
export interface ManifestLinks {
  /** Digests of the parts of an index. */
  readonly children: readonly string[];
  /** The image to which a signature, an attestation or another artifact belongs. */
  readonly subject?: string;
}

const schema = z.object({
  manifests: z
    .array(z.object({ digest: z.string() }).optional().catch(undefined))
    .catch([])
    .default([]),
  subject: z.object({ digest: z.string() }).optional().catch(undefined),
});

/** https://github.com/opencontainers/distribution-spec: the referrers tag schema; names of cosign have a suffix. */
const ATTACHMENT_TAG = /^(sha256|sha512)-([0-9a-f]{64,128})(?:\.(?:sig|att|sbom))?$/;

/** Reads the links of a manifest of any kind; a manifest that cannot be read has none. */
export const linksOf = (bytes: Uint8Array): ManifestLinks => {
  const { manifests, subject } = parseJson(bytes, schema) ?? { manifests: [] };
  const children = manifests.flatMap((one) => one?.digest ?? []);
  return { children, ...defined({ subject: subject?.digest }) };
};

/**
 * The digest of the image to which the signatures, attestations or other attachments of a tag belong, according to the
 * tag's name.
 */
export const attachedTo = (tag: string): string | undefined => {
  const [, algorithm, hex] = ATTACHMENT_TAG.exec(tag) ?? [];
  return algorithm === undefined ? undefined : `${algorithm}:${hex}`;
};
