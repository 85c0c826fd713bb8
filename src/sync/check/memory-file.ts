import { statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../errors/system-error.ts';
import { directoryOwnershipProblem, makeOwnDirectory, readOwnFile } from '../../host/own-files.ts';
import { parseJson } from '../../text/json.ts';
import { lockName, takeJobLock } from '../job-lock.ts';
import { memorySchema, SyncMemory } from './memory.ts';

/** No named job can have this name: names of jobs have no `+`. */
const WITHOUT_NAME = '+unnamed';

/**
 * Where this user's jobs keep their locks and memories. A state directory that several users share has one such
 * directory for its owner and one for each other user; no user may write or trust what belongs to another.
 */
export const syncDirectory = (stateDirectory: string): string => {
  const uid = process.geteuid?.() ?? 0;
  const owner = statSync(stateDirectory, { throwIfNoEntry: false })?.uid ?? uid;
  return join(stateDirectory, owner === uid ? 'sync' : `sync-${uid}`);
};

/** The memory of a job; all runs without a name share one. */
export const memoryPath = (directory: string, job: string | undefined): string =>
  join(directory, `${job ?? WITHOUT_NAME}.json`);

/** Several times what a job with a hundred thousand images needs. */
const MAX_BYTES = 128 * 1024 * 1024;

/** What to do about a memory that is not trusted. The run replaces a file, but it writes nothing into such a directory. */
const DOUBT_NEXT = {
  directory:
    'Let the directory belong to the user of the job alone (chown, chmod go-w); move it away if others wrote there.',
  file: 'Put a backup of it back, or remove by hand what earlier runs wrote: the memory begins anew with this run.',
};

const doubtful = (what: keyof typeof DOUBT_NEXT, path: string, reason: string): SyncMemory =>
  new SyncMemory(undefined, {
    reason: `what earlier runs wrote is not known: ${path} ${reason}`,
    next: DOUBT_NEXT[what],
  });

const readMemory = async (path: string): Promise<SyncMemory> => {
  const foreign = await directoryOwnershipProblem(dirname(path));
  if (foreign !== undefined) return doubtful('directory', dirname(path), foreign);
  const read = readOwnFile(path, MAX_BYTES);
  if (read.kind === 'absent') return new SyncMemory();
  if (read.kind === 'refused') return doubtful('file', path, read.reason);
  const stored = parseJson(read.text, memorySchema);
  return stored === undefined ? doubtful('file', path, 'is damaged') : new SyncMemory(stored);
};

/**
 * Reads a memory file. A missing file is an empty memory; a file that cannot be trusted is an empty memory with a
 * `doubt`.
 */
export const loadMemory = async (path: string | undefined): Promise<SyncMemory> => {
  if (path === undefined) return new SyncMemory();
  try {
    return await readMemory(path);
  } catch (error) {
    return doubtful('directory', path, messageOf(error));
  }
};

/** Writing takes milliseconds; a process that holds the lock for longer hangs. */
const LOCK_PATIENCE_MS = 30_000;

/**
 * Adds what a run found out to a memory file, completely or not at all, readable only for its owner. It keeps what
 * other runs of the job have written meanwhile.
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

/** The longest part of its work that a killed run forgets. */
const SAVE_INTERVAL_MS = 30_000;

/** Saves a memory at intervals until it is disposed of, and whenever `save` is called. */
export interface MemoryKeeper extends Disposable {
  /** Rejects when the memory could not be written. */
  save(): Promise<void>;
  /** Saves a last time; rejects when the memory could not be written. */
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
