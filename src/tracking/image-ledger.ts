import type { BlobDescriptor, BlobKey, FinishedBlob } from './events.ts';
import type { BlobOutcome } from './vocabulary.ts';

/** Where a blob stands. `read`: the last source byte was read, the destination has not confirmed. */
export type BlobState = 'running' | 'read' | BlobOutcome;

/** One blob of the image that is being copied, as far as it is known. */
export interface TrackedBlob {
  readonly key: BlobKey;
  readonly state: BlobState;
  /** Bytes read from the source; never falls. */
  readonly readBytes: number;
  /** As skopeo displays it, rounded; used only where the manifest does not tell. */
  readonly shownSizeBytes?: number;
  readonly descriptor?: BlobDescriptor;
}

/** Size of a blob: from the manifest, else as displayed; undefined while unknown. */
export const sizeOf = (blob: TrackedBlob): number | undefined => blob.descriptor?.sizeBytes ?? blob.shownSizeBytes;

/** Bytes of a blob that have come from the source, by the best source of truth there is. */
const bytesMoved = (blob: TrackedBlob): number => {
  if (blob.state === 'skipped') return 0;
  if (blob.state === 'read' || blob.state === 'copied') return sizeOf(blob) ?? blob.readBytes;
  return Math.min(blob.readBytes, blob.descriptor?.sizeBytes ?? Number.POSITIVE_INFINITY);
};

const isFinished = (blob: TrackedBlob): boolean => blob.state !== 'running' && blob.state !== 'read';

const sumKnown = (sizes: readonly (number | undefined)[]): number | undefined =>
  sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );

const sameBlob = (a: BlobKey, b: BlobKey): boolean =>
  a.kind === b.kind && a.occurrence === b.occurrence && (a.hex.startsWith(b.hex) || b.hex.startsWith(a.hex));

const digestOf = ({ descriptor, key }: TrackedBlob): string =>
  descriptor?.digest ?? (key.hex.length === 64 ? `sha256:${key.hex}` : key.hex);

const toFinishedBlob = (blob: TrackedBlob): FinishedBlob[] => {
  if (blob.state === 'running' || blob.state === 'read') return [];
  const sizeBytes = blob.descriptor?.sizeBytes;
  const finished = { kind: blob.key.kind, digest: digestOf(blob), outcome: blob.state };
  return [sizeBytes === undefined ? finished : { ...finished, sizeBytes }];
};

/** Facts about blobs that have become true since they were last asked for. */
export interface BlobNews {
  readonly finished: readonly FinishedBlob[];
  readonly sized: readonly (FinishedBlob & { readonly sizeBytes: number })[];
}

/** The blobs of one image in one attempt: what is running, what became of the others, what the manifest says of them. */
export class ImageLedger {
  #blobs: TrackedBlob[] = [];
  /** By the first manifest that came: what this image consists of. */
  #descriptors: readonly BlobDescriptor[] = [];
  /** By all manifests, source's and destination's. */
  #known: readonly BlobDescriptor[] = [];
  readonly #toldFinished = new Set<number>();
  readonly #toldSized = new Set<number>();

  get blobs(): readonly TrackedBlob[] {
    return this.#blobs;
  }

  get descriptors(): readonly BlobDescriptor[] {
    return this.#descriptors;
  }

  get finished(): readonly FinishedBlob[] {
    return this.#blobs.flatMap(toFinishedBlob);
  }

  /** Bytes that have come from the source. */
  get movedBytes(): number {
    return this.#blobs.reduce((sum, blob) => sum + bytesMoved(blob), 0);
  }

  /** Bytes that need not come, since the destination has them. */
  get skippedBytes(): number {
    return this.#blobs.reduce((sum, blob) => sum + (blob.state === 'skipped' ? (sizeOf(blob) ?? 0) : 0), 0);
  }

  /** Bytes of all blobs that were started and not skipped; undefined unless every size is exactly known. */
  get startedBytes(): number | undefined {
    return sumKnown(this.#blobs.map((blob) => (blob.state === 'skipped' ? 0 : blob.descriptor?.sizeBytes)));
  }

  /** Size of the whole image by its manifest; undefined while that is not known. */
  get totalBytes(): number | undefined {
    if (this.#descriptors.length === 0) return undefined;
    return sumKnown(this.#descriptors.map(({ sizeBytes }) => sizeBytes));
  }

  /** What is to be reported; each fact is returned once. */
  takeNews(): BlobNews {
    const finished: FinishedBlob[] = [];
    const sized: (FinishedBlob & { sizeBytes: number })[] = [];
    for (const [position, blob] of this.#blobs.entries()) {
      const [fact] = toFinishedBlob(blob);
      if (!fact) continue;
      if (!this.#toldFinished.has(position)) finished.push(fact);
      this.#toldFinished.add(position);
      if (fact.sizeBytes === undefined || this.#toldSized.has(position)) continue;
      sized.push({ ...fact, sizeBytes: fact.sizeBytes });
      this.#toldSized.add(position);
    }
    return { finished, sized };
  }

  /** Takes full digests and exact sizes from a manifest, for the blobs there are and those to come. */
  describe(descriptors: readonly BlobDescriptor[]): void {
    if (this.#descriptors.length === 0) this.#descriptors = descriptors;
    this.#known = [...this.#known, ...descriptors];
    this.#blobs = this.#blobs.map((blob) => this.#described(blob));
  }

  start(key: BlobKey): void {
    if (this.#find(key) !== undefined) return;
    this.#blobs.push(this.#described({ key, state: 'running', readBytes: 0 }));
  }

  progress(key: BlobKey, readBytes: number | undefined, shownSizeBytes: number | undefined): void {
    this.#update(key, (blob) => ({
      ...blob,
      readBytes: Math.max(blob.readBytes, readBytes ?? 0),
      ...(shownSizeBytes === undefined ? {} : { shownSizeBytes }),
    }));
  }

  read(key: BlobKey): void {
    this.#update(key, (blob) =>
      isFinished(blob) ? blob : { ...blob, state: 'read', readBytes: sizeOf(blob) ?? blob.readBytes },
    );
  }

  /** The destination has confirmed a blob, by its digest there. */
  store(digest: string): void {
    this.#blobs = this.#blobs.map((blob) =>
      !isFinished(blob) && digest.startsWith(`sha256:${blob.key.hex}`) ? { ...blob, state: 'copied' } : blob,
    );
  }

  /** Without rows the occurrence of a reused layer is not known: any unfinished one of that digest will do. */
  reuse(key: BlobKey): void {
    const target =
      this.#find(key) ??
      this.#blobs.find((blob) => !isFinished(blob) && sameBlob({ ...blob.key, occurrence: key.occurrence }, key));
    this.#update(target?.key ?? key, (blob) => ({ ...blob, state: 'skipped' }));
  }

  /** Settles what is unfinished, layers alone or config too. */
  settle(outcome: 'copied' | 'failed', kinds: readonly BlobKey['kind'][]): void {
    this.#blobs = this.#blobs.map((blob) =>
      isFinished(blob) || !kinds.includes(blob.key.kind) ? blob : { ...blob, state: outcome },
    );
  }

  #find(key: BlobKey): TrackedBlob | undefined {
    return this.#blobs.find((blob) => sameBlob(blob.key, key));
  }

  #update(key: BlobKey, change: (blob: TrackedBlob) => TrackedBlob): void {
    this.start(key);
    this.#blobs = this.#blobs.map((blob) => (sameBlob(blob.key, key) ? change(blob) : blob));
  }

  #described(blob: TrackedBlob): TrackedBlob {
    if (blob.descriptor?.sizeBytes !== undefined) return blob;
    const descriptor = this.#known.find(
      ({ kind, digest }) => kind === blob.key.kind && digest.startsWith(`sha256:${blob.key.hex}`),
    );
    return descriptor ? { ...blob, descriptor } : blob;
  }
}
