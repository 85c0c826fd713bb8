import { defined } from '../defined.ts';
import type { BlobDescriptor, BlobKey, FinishedBlob } from './events.ts';
import {
  type BlobShare,
  hexOf,
  isFinished,
  sameBlob,
  shareOf,
  sizeOf,
  type TrackedBlob,
  toFinishedBlob,
} from './tracked-blob.ts';

/** The smallest number of digits that skopeo shows: those in the progress line of a config. */
const DIGITS = 10;

/** Values by digest, which can be found by the hex digits that skopeo shows without a search through all values. */
class DigestIndex<Value> {
  readonly #byPrefix = new Map<string, Value[]>();

  add(hex: string, value: Value): void {
    const values = this.#byPrefix.get(hex.slice(0, DIGITS));
    if (values) values.push(value);
    else this.#byPrefix.set(hex.slice(0, DIGITS), [value]);
  }

  /**
   * Values whose digests have the same first digits, in the order in which they came; they may differ in later digits.
   */
  near(hex: string): readonly Value[] {
    return this.#byPrefix.get(hex.slice(0, DIGITS)) ?? [];
  }
}

/** Facts about blobs that have become known since the last call. */
interface BlobChanges {
  readonly finished: readonly FinishedBlob[];
  readonly sized: readonly (FinishedBlob & { readonly sizeBytes: number })[];
}

const NO_CHANGES: BlobChanges = { finished: [], sized: [] };

/**
 * The blobs of one image in one attempt: what is in progress, how the others ended, what the manifest says about them.
 * Sums are updated when a blob changes, so that the cost of an event does not depend on the number of blobs.
 */
export class ImageLedger {
  readonly #blobs: TrackedBlob[] = [];
  /** Positions in `#blobs`. */
  readonly #positions = new DigestIndex<number>();
  /** From the first manifest that came: the parts of this image. */
  #descriptors: readonly BlobDescriptor[] = [];
  #totalBytes: number | undefined;
  /** From all manifests, those of source and destination. */
  readonly #known = new DigestIndex<BlobDescriptor>();
  #sums: BlobShare = { movedBytes: 0, skippedBytes: 0, startedBytes: 0, unsized: 0 };
  #finished: readonly FinishedBlob[] | undefined = [];
  /** Positions that have changed since the last call of `takeChanges`. */
  readonly #changed = new Set<number>();
  readonly #reportedFinished = new Set<number>();
  readonly #reportedSized = new Set<number>();

  get blobs(): readonly TrackedBlob[] {
    return this.#blobs;
  }

  get descriptors(): readonly BlobDescriptor[] {
    return this.#descriptors;
  }

  get finished(): readonly FinishedBlob[] {
    this.#finished ??= this.#blobs.flatMap((blob) => toFinishedBlob(blob) ?? []);
    return this.#finished;
  }

  /** Bytes that were read from the source. */
  get movedBytes(): number {
    return this.#sums.movedBytes;
  }

  /** Bytes that need not be read, since the destination has them. */
  get skippedBytes(): number {
    return this.#sums.skippedBytes;
  }

  /** Bytes of all blobs that were started and not skipped; undefined unless every size is known exactly. */
  get startedBytes(): number | undefined {
    return this.#sums.unsized > 0 ? undefined : this.#sums.startedBytes;
  }

  /** Size of the whole image according to its manifest; undefined until that is known. */
  get totalBytes(): number | undefined {
    return this.#totalBytes;
  }

  /** The facts to report; each fact is returned once. */
  takeChanges(): BlobChanges {
    if (this.#changed.size === 0) return NO_CHANGES;
    const finished: FinishedBlob[] = [];
    const sized: (FinishedBlob & { sizeBytes: number })[] = [];
    for (const position of this.#changed) {
      const blob = this.#blobs[position];
      const fact = blob && toFinishedBlob(blob);
      if (!fact) continue;
      if (!this.#reportedFinished.has(position)) finished.push(fact);
      this.#reportedFinished.add(position);
      if (fact.sizeBytes === undefined || this.#reportedSized.has(position)) continue;
      sized.push({ ...fact, sizeBytes: fact.sizeBytes });
      this.#reportedSized.add(position);
    }
    this.#changed.clear();
    return { finished, sized };
  }

  /** Takes full digests and exact sizes from a manifest, for present and future blobs. */
  describe(descriptors: readonly BlobDescriptor[]): void {
    if (this.#descriptors.length === 0) this.#setDescriptors(descriptors);
    for (const descriptor of descriptors) this.#known.add(hexOf(descriptor.digest), descriptor);
    for (const [position, blob] of this.#blobs.entries()) this.#put(position, this.#described(blob));
  }

  start(key: BlobKey): void {
    if (this.#find(key) === undefined) this.#append(key);
  }

  progress(key: BlobKey, readBytes: number | undefined, shownSizeBytes: number | undefined): void {
    this.#update(key, (blob) => ({
      ...blob,
      readBytes: Math.max(blob.readBytes, readBytes ?? 0),
      ...defined({ shownSizeBytes }),
    }));
  }

  read(key: BlobKey): void {
    this.#update(key, (blob) =>
      isFinished(blob) ? blob : { ...blob, state: 'read', readBytes: sizeOf(blob) ?? blob.readBytes },
    );
  }

  /** The destination has confirmed a blob, by its digest there. */
  store(digest: string): void {
    for (const position of this.#positions.near(hexOf(digest))) {
      const blob = this.#blobs[position];
      if (!blob || isFinished(blob) || !digest.startsWith(`sha256:${blob.key.hex}`)) continue;
      this.#put(position, { ...blob, state: 'copied' });
    }
  }

  /** The destination has that blob already. */
  reuse(key: BlobKey): void {
    this.#update(key, (blob) => ({ ...blob, state: 'skipped' }));
  }

  /** The destination has a layer of that digest already; if there are several, any unfinished one is taken. */
  present(digest: string): void {
    const key: BlobKey = { kind: 'layer', hex: hexOf(digest), occurrence: 1 };
    this.reuse(this.#unfinishedKeyOf(key) ?? key);
  }

  /** Gives an outcome to unfinished blobs: only layers, or the config too. */
  settle(outcome: 'copied' | 'failed', kinds: readonly BlobKey['kind'][]): void {
    for (const [position, blob] of this.#blobs.entries()) {
      if (!isFinished(blob) && kinds.includes(blob.key.kind)) this.#put(position, { ...blob, state: outcome });
    }
  }

  #setDescriptors(descriptors: readonly BlobDescriptor[]): void {
    this.#descriptors = descriptors;
    if (descriptors.length === 0) return;
    this.#totalBytes = descriptors.reduce<number | undefined>(
      (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
      0,
    );
  }

  #find(key: BlobKey): number | undefined {
    return this.#positions.near(key.hex).find((position) => {
      const blob = this.#blobs[position];
      return blob !== undefined && sameBlob(blob.key, key);
    });
  }

  /** The key of an unfinished blob of that digest, whichever occurrence it is. */
  #unfinishedKeyOf(key: BlobKey): BlobKey | undefined {
    return this.#positions
      .near(key.hex)
      .map((position) => this.#blobs[position])
      .find((blob) => blob && !isFinished(blob) && sameBlob({ ...blob.key, occurrence: key.occurrence }, key))?.key;
  }

  #append(key: BlobKey): number {
    const position = this.#blobs.length;
    this.#positions.add(key.hex, position);
    this.#put(position, this.#described({ key, state: 'running', readBytes: 0 }));
    return position;
  }

  #update(key: BlobKey, change: (blob: TrackedBlob) => TrackedBlob): void {
    const position = this.#find(key) ?? this.#append(key);
    const blob = this.#blobs[position];
    if (blob) this.#put(position, change(blob));
  }

  /** All changes of a blob are made here. */
  #put(position: number, blob: TrackedBlob): void {
    const before = this.#blobs[position];
    if (before === blob) return;
    this.#blobs[position] = blob;
    this.#changed.add(position);
    if (isFinished(blob)) this.#finished = undefined;
    const added = shareOf(blob);
    const removed = before ? shareOf(before) : { movedBytes: 0, skippedBytes: 0, startedBytes: 0, unsized: 0 };
    this.#sums = {
      movedBytes: this.#sums.movedBytes + added.movedBytes - removed.movedBytes,
      skippedBytes: this.#sums.skippedBytes + added.skippedBytes - removed.skippedBytes,
      startedBytes: this.#sums.startedBytes + added.startedBytes - removed.startedBytes,
      unsized: this.#sums.unsized + added.unsized - removed.unsized,
    };
  }

  #described(blob: TrackedBlob): TrackedBlob {
    if (blob.descriptor?.sizeBytes !== undefined) return blob;
    const { kind, hex } = blob.key;
    const descriptor = this.#known
      .near(hex)
      .find((known) => known.kind === kind && known.digest.startsWith(`sha256:${hex}`));
    return descriptor ? { ...blob, descriptor } : blob;
  }
}
