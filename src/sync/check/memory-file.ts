import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { takeJobLock } from '../job-lock.ts';
import { memorySchema, SyncMemory } from './memory.ts';

/** Reads a memory file; none, a missing or a damaged one is an empty memory. */
export const loadMemory = async (path: string | undefined): Promise<SyncMemory> => {
  if (path === undefined) return new SyncMemory();
  try {
    const parsed = memorySchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return new SyncMemory(parsed.success ? parsed.data : undefined);
  } catch {
    return new SyncMemory();
  }
};

/** Writing takes milliseconds; whoever holds the lock for longer hangs. */
const LOCK_PATIENCE_MS = 30_000;

/**
 * Adds what a run found out to a memory file, whole or not at all, readable for its owner only. What other runs of the job
 * have written meanwhile stays.
 */
export const saveMemory = async (path: string, memory: SyncMemory): Promise<void> => {
  if (!memory.changed) return;
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const patience = AbortSignal.timeout(LOCK_PATIENCE_MS);
  await using _lock = await takeJobLock(directory, basename(path), 'wait', patience);
  const { merged, onSaved } = memory.mergeOnto(await loadMemory(path));
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(merged), { mode: 0o600 });
  await rename(temporary, path);
  onSaved();
};

/** A run that is killed forgets at most so much of what it did. */
const SAVE_INTERVAL_MS = 30_000;

/** Saves a memory again and again until it is disposed of, and for the last time when `end` is called. */
export interface MemoryKeeper extends Disposable {
  /** Rejects when the memory could not be written. */
  end(): Promise<void>;
}

export const keepMemory = (
  path: string | undefined,
  memory: SyncMemory,
  intervalMs: number = SAVE_INTERVAL_MS,
): MemoryKeeper => {
  if (path === undefined) return { end: async () => undefined, [Symbol.dispose]: () => undefined };
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving.catch(() => undefined).then(() => saveMemory(path, memory));
    return saving;
  };
  const timer = setInterval(() => void save().catch(() => undefined), intervalMs);
  return {
    end: () => {
      clearInterval(timer);
      return save();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
};
