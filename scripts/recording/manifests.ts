import { createHash } from 'node:crypto';

/** A manifest, as far as a copy is concerned. */
export interface ReadManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly layers: readonly string[];
  /** Absent in schema 1. */
  readonly config?: string;
  /** Digests and platforms of a list's instances. */
  readonly instances: readonly { readonly digest: string; readonly architecture: string }[];
}

const SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** The digest of a schema 1 manifest is that of the payload which its signature covers. */
const signedPayload = (bytes: Buffer, signatures: readonly { protected: string }[]): Buffer => {
  const header = JSON.parse(Buffer.from(signatures[0]?.protected ?? '', 'base64url').toString());
  const tail = Buffer.from(header.formatTail, 'base64url');
  return Buffer.concat([bytes.subarray(0, header.formatLength), tail]);
};

interface Schema1 {
  readonly fsLayers: readonly { readonly blobSum: string }[];
  readonly history: readonly { readonly v1Compatibility: string }[];
  readonly signatures?: readonly { readonly protected: string }[];
}

/** Layers from the base up, without those that only carry a change of configuration. */
const schema1Layers = ({ fsLayers, history }: Schema1): string[] =>
  fsLayers
    .map(({ blobSum }, index) => ({ blobSum, entry: JSON.parse(history[index]?.v1Compatibility ?? '{}') }))
    .filter(({ entry }) => entry.throwaway !== true)
    .map(({ blobSum }) => blobSum)
    .reverse();

/** Reads a manifest of any kind: image or list, OCI or Docker, schema 1 too. */
export const readManifest = (bytes: Buffer): ReadManifest => {
  const parsed = JSON.parse(bytes.toString());
  const isSchema1 = parsed.schemaVersion === 1;
  const digested = isSchema1 && parsed.signatures ? signedPayload(bytes, parsed.signatures) : bytes;
  const layers = isSchema1
    ? schema1Layers(parsed)
    : (parsed.layers ?? []).map(({ digest }: { digest: string }) => digest);
  const instances = (parsed.manifests ?? []).map(
    ({ digest, platform }: { digest: string; platform?: { architecture: string } }) => ({
      digest,
      architecture: platform?.architecture ?? '',
    }),
  );
  return {
    digest: `sha256:${createHash('sha256').update(digested).digest('hex')}`,
    mediaType: isSchema1 ? SCHEMA1 : parsed.mediaType,
    layers,
    ...(parsed.config && { config: parsed.config.digest }),
    instances,
  };
};
