import { statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../errors/system-error.ts';
import { foreignDirectory, makeOwnDirectory, readOwnFile } from '../../host/own-files.ts';
import { parseJson } from '../../text/json.ts';
import { takeJobLock } from '../job-lock.ts';
import { memorySchema, SyncMemory } from './memory.ts';

/** A job that has a name cannot be called so: names of jobs have no `+`. */
const WITHOUT_NAME = '+unnamed';

/**
 * Where this user's jobs keep their locks and memories. A state directory that several users share has one for its owner
 * and one for each of the others: none of them may write, or believe, what is another's.
 */
export const syncDirectory = (stateDirectory: string): string => {
  const uid = process.geteuid?.() ?? 0;
  const owner = statSync(stateDirectory, { throwIfNoEntry: false })?.uid ?? uid;
  return join(stateDirectory, owner === uid ? 'sync' : `sync-${uid}`);
};

/** The memory of a job; all runs without a name share one. */
export const memoryPath = (directory: string, job: string | undefined): string =>
  join(directory, `${job ?? WITHOUT_NAME}.json`);

/** One name for the lock of a job, or of a part of it, which no other job's lock can have. */
export const lockName = (job: string, part?: string): string => (part === undefined ? job : `${job}+${part}`);

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

/** Reads a memory file. A missing file is an empty memory; one that cannot be trusted is an empty memory with a doubt. */
export const loadMemory = async (path: string | undefined): Promise<SyncMemory> => {
  if (path === undefined) return new SyncMemory();
  try {
    return await readMemory(path);
  } catch (error) {
    return doubtful(path, messageOf(error));
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
