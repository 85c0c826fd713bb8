import PQueue from 'p-queue';
import { after } from '../host/timers.ts';
import type { ManifestReader } from '../image/local-image.ts';
import { type Manifest, parseManifest } from '../image/manifest.ts';
import { chooseInstance, type Platform } from '../image/platform.ts';
import type { OperationEvent } from '../tracking/events.ts';

type ManifestKnown = Extract<OperationEvent, { type: 'manifest-known' }>;

const readManifest = async (
  read: ManifestReader,
  instance: string | undefined,
  signal: AbortSignal,
): Promise<Manifest | undefined> => {
  const bytes = await read(instance, signal);
  return bytes && parseManifest(bytes);
};

/**
 * The manifest of the image that a copy will move: if it is a list, of the instance for `platform`. Empty if it cannot
 * be read: sizes are useful, but never required.
 */
const describeImage = async (
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
const describeInstance = async (
  read: ManifestReader,
  instance: string,
  signal: AbortSignal,
): Promise<ManifestKnown | undefined> => {
  const manifest = await readManifest(read, instance, signal);
  return manifest?.kind === 'image' ? { type: 'manifest-known', instance, blobs: manifest.blobs } : undefined;
};

/** Each is a skopeo of its own; a list may have thousands of instances. */
const LOOKUPS_AT_A_TIME = 4;

/**
 * Reads manifests during the copy, as its events name them, so that sizes and totals are known while blobs are copied:
 * a few at a time, and none after `close`. Sizes of manifests that cannot be read stay unknown.
 */
export class SizeLookup {
  readonly #read: ManifestReader | undefined;
  readonly #platform: Platform;
  readonly #emit: (event: OperationEvent) => void;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #queue = new PQueue({ concurrency: LOOKUPS_AT_A_TIME });

  /** `signal` ends all lookups. */
  constructor(
    read: ManifestReader | undefined,
    platform: Platform,
    emit: (event: OperationEvent) => void,
    signal: AbortSignal,
  ) {
    this.#read = read;
    this.#platform = platform;
    this.#emit = emit;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  onEvent(event: OperationEvent): void {
    if (event.type === 'operation-started') this.readNow();
    if (event.type === 'instance-started') this.#tell((read) => describeInstance(read, event.digest, this.#signal));
  }

  /** Asks for the image itself. */
  readNow(): void {
    this.#tell((read) => describeImage(read, this.#platform, this.#signal));
  }

  /** Waits for the requested manifests, at most `patienceMs`; then gives up. No event comes after that. */
  async close(patienceMs: number): Promise<void> {
    using _ = after(patienceMs, () => this.#stop.abort());
    await this.#queue.onIdle();
  }

  #tell(describe: (read: ManifestReader) => Promise<OperationEvent | undefined>): void {
    const read = this.#read;
    if (read === undefined) return;
    const lookUp = async (): Promise<void> => {
      const event = this.#signal.aborted ? undefined : await describe(read);
      if (event !== undefined) this.#emit(event);
    };
    void this.#queue.add(() => lookUp().catch(() => undefined));
  }
}
