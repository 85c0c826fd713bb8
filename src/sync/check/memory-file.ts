import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { foreignDirectory, makeOwnDirectory, readOwnFile } from '../../host/own-files.ts';
import { parseJson } from '../../text/json.ts';
import { takeJobLock } from '../job-lock.ts';
import { memorySchema, SyncMemory } from './memory.ts';
import { lockName } from './sync-directory.ts';

/** Several times what a job with a hundred thousand images knows. */
const MAX_BYTES = 128 * 1024 * 1024;

const doubtful = (path: string, reason: string): SyncMemory =>
  new SyncMemory(undefined, `what earlier runs wrote is not known: ${path} ${reason}`);

const readMemory = async (path: string): Promise<SyncMemory> => {
  const foreign = await foreignDirectory(dirname(path));
  if (foreign !== undefined) return doubtful(dirname(path), foreign);
  const read = await readOwnFile(path, MAX_BYTES);
  if (read.kind === 'absent') return new SyncMemory();
  if (read.kind === 'refused') return doubtful(path, read.reason);
  const stored = parseJson(read.text, memorySchema);
  return stored === undefined ? doubtful(path, 'is damaged') : new SyncMemory(stored);
};

/** Reads a memory file; none or a missing one is an empty memory, and so, with a doubt, is one that is not to be believed. */
export const loadMemory = async (path: string | undefined): Promise<SyncMemory> => {
  if (path === undefined) return new SyncMemory();
  try {
    return await readMemory(path);
  } catch (error) {
    return doubtful(path, error instanceof Error ? error.message : String(error));
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
  await makeOwnDirectory(directory);
  const patience = AbortSignal.timeout(LOCK_PATIENCE_MS);
  const lock = lockName(basename(path, '.json'), 'memory');
  await using _lock = await takeJobLock(directory, lock, 'wait', patience);
  const { merged, onSaved } = memory.mergeOnto(await loadMemory(path));
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(merged), { mode: 0o600, flush: true });
  await rename(temporary, path);
  onSaved();
};

/** A run that is killed forgets at most so much of what it did. */
const SAVE_INTERVAL_MS = 30_000;

/** Saves a memory again and again until it is disposed of, and whenever `save` is called. */
export interface MemoryKeeper extends Disposable {
  /** Rejects when the memory could not be written. */
  save(): Promise<void>;
  /** The last time; rejects when the memory could not be written. */
  end(): Promise<void>;
}

const KEEPS_NOTHING: MemoryKeeper = {
  save: async () => undefined,
  end: async () => undefined,
  [Symbol.dispose]: () => undefined,
};

export const keepMemory = (
  path: string | undefined,
  memory: SyncMemory,
  intervalMs: number = SAVE_INTERVAL_MS,
): MemoryKeeper => {
  if (path === undefined) return KEEPS_NOTHING;
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving.catch(() => undefined).then(() => saveMemory(path, memory));
    return saving;
  };
  const timer = setInterval(() => void save().catch(() => undefined), intervalMs).unref();
  return {
    save,
    end: () => {
      clearInterval(timer);
      return save();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
};
