import { hash } from 'node:crypto';
import * as z from 'zod';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { placeKey, registryOf } from '../../image/docker-reference.ts';
import type { CopySettings } from '../job.ts';

/** A memory as it is stored in its file. */
export const memorySchema = z.object({
  version: z.literal(1),
  results: z.record(z.string(), z.string()),
  missing: z.record(z.string(), z.string()).default({}),
  created: z.record(z.string(), z.string()),
  settled: z.record(z.string(), z.string()).default({}),
  owned: z.record(z.string(), z.string()),
});
type Stored = z.infer<typeof memorySchema>;

const EMPTY: Stored = { version: 1, results: {}, missing: {}, created: {}, settled: {}, owned: {} };

const PARTS = ['results', 'missing', 'created', 'settled'] as const satisfies readonly (keyof Stored)[];
type Part = (typeof PARTS)[number];

/** What a job left at a destination, and the spelling of the destination that it used. */
interface Owned {
  readonly destination: string;
  readonly digest: string;
}

/**
 * If a destination is in the memory in two spellings, the later one counts; a text that is not a reference is left out.
 */
const byPlace = (owned: Stored['owned']): Map<string, Owned> =>
  new Map(
    Object.entries(owned).flatMap(([destination, digest]) => {
      const key = keyOf(destination);
      return key === undefined ? [] : [[key, { destination, digest }] as const];
    }),
  );

const asRecord = (owned: ReadonlyMap<string, Owned>): Stored['owned'] =>
  Object.fromEntries([...owned.values()].map(({ destination, digest }) => [destination, digest]));

const keyOf = (destination: string): string | undefined => {
  try {
    return placeKey(destination);
  } catch (error) {
    if (error instanceof WrapperError) return undefined;
    throw error;
  }
};

/** More than any job uses in one run; what was unused for the longest time is forgotten first. */
const MAX_ENTRIES = 50_000;

const lastUsed = (entries: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).slice(-MAX_ENTRIES));

/** Why the findings of earlier runs cannot be used, and what to do about it. */
export interface MemoryDoubt {
  readonly reason: string;
  readonly next: string;
}

/** A copy of a certain content, made in a certain way. */
export interface RememberedCopy {
  readonly sourceDigest: string;
  readonly settings: CopySettings;
  readonly destination: string;
}

/**
 * One key for a source's content and everything that changes the result of its copy. The destination is part of it: a
 * registry may insist on a format of its own, and the mark of an archive belongs to one file.
 */
const resultKey = ({ sourceDigest, settings, destination }: RememberedCopy): string => {
  const { content, systemPlatform = {}, format = '' } = settings;
  const place = registryOf(destination) ?? destination;
  const text = JSON.stringify([sourceDigest, content, systemPlatform, format, place]);
  return hash('sha256', text, 'base64url').slice(0, 22);
};

/**
 * What earlier runs of a job found out and what stays true: which digest a copy of a given content gets, when contents
 * were created, and which destinations this job has written. If the memory is lost, more requests are made, and what
 * the job wrote is no longer removed; results stay correct.
 */
export class SyncMemory {
  readonly #stored: Omit<Stored, 'owned'>;
  readonly #owned: Map<string, Owned>;
  /** What the job owned until this run forgot it. */
  readonly #forgotten = new Map<string, Owned>();
  readonly #wrote = new Set<string>();
  #changes = 0;
  #savedChanges = 0;
  /** Keys that this run used, in the order of their use. */
  readonly #touched: Readonly<Record<Part, Set<string>>> = {
    results: new Set(),
    missing: new Set(),
    created: new Set(),
    settled: new Set(),
  };
  /** Absent: the findings of earlier runs can be used. */
  readonly doubt: MemoryDoubt | undefined;

  constructor(stored: Stored = structuredClone(EMPTY), doubt?: MemoryDoubt) {
    const { owned, ...others } = stored;
    this.#stored = others;
    this.#owned = byPlace(owned);
    this.doubt = doubt;
  }

  /** What the destination held after a copy of this content with these settings. */
  resultOf(copy: RememberedCopy): string | undefined {
    return this.#use('results', resultKey(copy));
  }

  rememberResult(copy: RememberedCopy, destinationDigest: string): void {
    this.#set('results', resultKey(copy), destinationDigest);
  }

  /** Platforms that were requested and that this content does not have. */
  missingPlatformsOf(copy: RememberedCopy): readonly string[] {
    return this.#use('missing', resultKey(copy))?.split(' ') ?? [];
  }

  rememberMissingPlatforms(copy: RememberedCopy, platforms: readonly string[]): void {
    if (platforms.length > 0) this.#set('missing', resultKey(copy), platforms.join(' '));
  }

  createdAt(digest: string): Date | undefined {
    const text = this.#use('created', digest);
    return text === undefined ? undefined : new Date(text);
  }

  rememberCreation(digest: string, date: Date): void {
    this.#set('created', digest, date.toISOString());
  }

  /** Whether this job has written a destination, or has found there what it would have written. */
  isSettled(destination: string): boolean {
    const key = placeKey(destination);
    return this.#owned.has(key) || this.#use('settled', key) !== undefined;
  }

  rememberSettled(destination: string, digest: string): void {
    this.#set('settled', placeKey(destination), digest);
  }

  /**
   * The destinations that this job has written, in the spelling that it used then, with the digest that it left there.
   */
  get owned(): Readonly<Record<string, string>> {
    return asRecord(this.#owned);
  }

  /** What this job left at a destination, in any spelling of it; absent if it is not known to have written there. */
  ownedDigest(destination: string): string | undefined {
    return this.#owned.get(placeKey(destination))?.digest;
  }

  rememberOwned(destination: string, digest: string): void {
    const key = placeKey(destination);
    const known = this.#owned.get(key);
    if (known?.digest === digest && known.destination === destination) return;
    this.#owned.set(key, { destination, digest });
    this.#wrote.add(key);
    this.#changes++;
  }

  /** Forgets everything about a destination: its content is not this job's, or is about to be removed. */
  forgetOwned(destination: string): void {
    const key = placeKey(destination);
    const known = this.#owned.get(key);
    if (known !== undefined) this.#forgotten.set(key, known);
    this.#owned.delete(key);
    this.#wrote.delete(key);
    delete this.#stored.settled[key];
    this.#touched.settled.add(key);
    this.#changes++;
  }

  get changed(): boolean {
    return this.#changes !== this.#savedChanges;
  }

  /**
   * Adds what this run found out to the memory that other runs have left; call `onSaved` when the result is on disk.
   */
  mergeOnto(current: SyncMemory): { readonly merged: SyncMemory; readonly onSaved: () => void } {
    const changes = this.#changes;
    const stored = structuredClone(current.#stored);
    for (const part of PARTS) {
      for (const key of this.#touched[part]) {
        const value = this.#stored[part][key];
        delete stored[part][key];
        if (value !== undefined) stored[part][key] = value;
      }
    }
    const owned = new Map(current.#owned);
    for (const [key, { digest }] of this.#forgotten) if (owned.get(key)?.digest === digest) owned.delete(key);
    for (const key of this.#wrote) {
      const own = this.#owned.get(key);
      if (own !== undefined) owned.set(key, own);
    }
    const onSaved = (): void => {
      this.#savedChanges = changes;
    };
    return { merged: new SyncMemory({ ...stored, owned: asRecord(owned) }), onSaved };
  }

  toJSON(): Stored {
    const { version, results, missing, created, settled } = this.#stored;
    return {
      version,
      results: lastUsed(results),
      missing: lastUsed(missing),
      created: lastUsed(created),
      settled: lastUsed(settled),
      owned: this.owned,
    };
  }

  /** Moves a used key to the end of the file, so that the oldest keys are dropped first. */
  #use(part: Part, key: string): string | undefined {
    const value = this.#stored[part][key];
    if (value === undefined) return undefined;
    delete this.#stored[part][key];
    this.#stored[part][key] = value;
    this.#touched[part].add(key);
    return value;
  }

  #set(part: Part, key: string, value: string): void {
    if (this.#stored[part][key] === value) return;
    this.#stored[part][key] = value;
    this.#touched[part].add(key);
    this.#changes++;
  }
}
