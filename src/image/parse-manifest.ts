import * as z from 'zod';
import type { BlobDescriptor } from '../tracking/events.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const sizeBytes = z.number().int().nonnegative();
const descriptor = z.object({ digest, size: sizeBytes });

/** OCI image manifest, Docker schema 2: https://github.com/opencontainers/image-spec/blob/main/manifest.md */
const imageSchema = z.object({ config: descriptor, layers: z.array(descriptor) });
/** OCI index, Docker manifest list. */
const indexSchema = z.object({
  manifests: z.array(
    z.object({
      digest,
      platform: z
        .object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
        .partial({ variant: true })
        .optional(),
    }),
  ),
});
/** Docker schema 1 tells no sizes, and lists its layers newest first. */
const schema1Schema = z.object({ schemaVersion: z.literal(1), fsLayers: z.array(z.object({ blobSum: digest })) });

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** An image's blobs, or the instances of a multi-arch list. */
export type Manifest =
  | { readonly kind: 'image'; readonly blobs: readonly BlobDescriptor[] }
  | {
      readonly kind: 'list';
      readonly instances: readonly { readonly digest: string; readonly platform?: Platform | undefined }[];
    };

/** Reads a manifest of any format; undefined when it is none (it may be broken, or newer than us). */
export const parseManifest = (bytes: Uint8Array): Manifest | undefined => {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const image = imageSchema.safeParse(json);
  if (image.success) {
    const { config, layers } = image.data;
    const toBlob = (kind: BlobDescriptor['kind'], { digest, size }: z.infer<typeof descriptor>): BlobDescriptor => ({
      kind,
      digest,
      sizeBytes: size,
    });
    return { kind: 'image', blobs: [...layers.map((layer) => toBlob('layer', layer)), toBlob('config', config)] };
  }
  const list = indexSchema.safeParse(json);
  if (list.success) return { kind: 'list', instances: list.data.manifests };
  const schema1 = schema1Schema.safeParse(json);
  if (!schema1.success) return undefined;
  const digests = schema1.data.fsLayers.map(({ blobSum }) => blobSum).reverse();
  return { kind: 'image', blobs: digests.map((layer) => ({ kind: 'layer', digest: layer })) };
};
