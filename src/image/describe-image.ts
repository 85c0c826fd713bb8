import type { OperationEvent } from '../tracking/events.ts';
import type { ManifestReader } from './local-layout.ts';
import { type Manifest, parseManifest } from './parse-manifest.ts';
import { chooseInstance, type Platform } from './platform.ts';

type ManifestKnown = Extract<OperationEvent, { type: 'manifest-known' }>;

/**
 * What the manifest says of the image that a copy will move: of the instance for `platform` when it is a list. Nothing
 * for anything that cannot be read: sizes are a comfort, never a condition.
 */
export const describeImage = async (
  read: ManifestReader,
  platform: Platform,
  signal: AbortSignal,
): Promise<ManifestKnown | undefined> => {
  const manifest = await readManifest(read, undefined, signal);
  if (manifest?.kind === 'image') return { type: 'manifest-known', blobs: manifest.blobs };
  const chosen = manifest ? chooseInstance(manifest.instances, platform) : undefined;
  const instance = chosen === undefined ? undefined : await readManifest(read, chosen, signal);
  return instance?.kind === 'image' ? { type: 'manifest-known', blobs: instance.blobs } : undefined;
};

/** What the manifest of one instance of a list says. */
export const describeInstance = async (
  read: ManifestReader,
  instance: string,
  signal: AbortSignal,
): Promise<ManifestKnown | undefined> => {
  const manifest = await readManifest(read, instance, signal);
  return manifest?.kind === 'image' ? { type: 'manifest-known', instance, blobs: manifest.blobs } : undefined;
};

const readManifest = async (
  read: ManifestReader,
  instance: string | undefined,
  signal: AbortSignal,
): Promise<Manifest | undefined> => {
  const bytes = await read(instance, signal);
  return bytes && parseManifest(bytes);
};
