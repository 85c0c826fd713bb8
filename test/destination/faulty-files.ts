import promises, { type FileHandle } from 'node:fs/promises';
import type { DestinationContext, Files } from '../../src/destination/destination-context.ts';

/** Thrown by every operation once the process is taken for killed. */
export class Killed extends Error {}

/** What goes wrong, at the operation of that number (counted from 1). */
export interface Fault {
  readonly at: number;
  /**
   * `kill`: the process dies at this operation. Only operations that change something are counted, since it makes no
   * difference at which of the others it dies. An error code: this one operation fails with it.
   */
  readonly what: 'kill' | 'ENOSPC' | 'EACCES' | 'EIO';
}

const OPERATIONS = [
  'link',
  'lstat',
  'mkdir',
  'mkdtemp',
  'readdir',
  'readFile',
  'realpath',
  'rename',
  'rmdir',
  'unlink',
] as const satisfies readonly Exclude<keyof Files, 'open'>[];
const READING: ReadonlySet<string> = new Set(['lstat', 'readdir', 'readFile', 'realpath', 'stat', 'read']);
const OF_HANDLES = [
  'writeFile',
  'sync',
  'stat',
  'read',
  'chmod',
  'chown',
] as const satisfies readonly (keyof FileHandle)[];

/** A process of its own, as far as the file system can tell: its files, its locks, its death. */
export interface FaultyProcess {
  readonly context: DestinationContext;
  readonly isDead: () => boolean;
  /** Ends it as SIGKILL does: descriptors are closed, and with them its locks are gone. */
  kill(): Promise<void>;
  /** Whether it came to the operation that was to fail. */
  readonly hasMetFault: () => boolean;
}

/** Files that a process has locked, by device and inode. */
export type LockTable = Map<string, FileHandle>;

const idOf = async (handle: FileHandle): Promise<string> => {
  const { dev, ino } = await handle.stat();
  return `${dev}:${ino}`;
};

/** The real file system, on which an operation fails, or the process dies; locks live in `locks`. */
export const faultyProcess = (locks: LockTable, fault?: Fault): FaultyProcess => {
  const open = new Set<FileHandle>();
  let count = 0;
  let isDead = false;

  const release = (handle: FileHandle): void => {
    for (const [id, holder] of locks) if (holder === handle) locks.delete(id);
    open.delete(handle);
  };
  const kill = async (): Promise<void> => {
    isDead = true;
    for (const handle of [...open]) {
      release(handle);
      await handle.close();
    }
  };
  const step = async <T>(name: string, operate: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Killed('killed');
    if (fault?.what !== 'kill' || !READING.has(name)) count++;
    if (count !== fault?.at || (fault.what === 'kill' && READING.has(name))) return operate();
    if (fault.what === 'kill') {
      await kill();
      throw new Killed('killed');
    }
    throw Object.assign(new Error(`${fault.what}: made to fail`), { code: fault.what, syscall: 'test' });
  };

  const wrapHandle = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get: (target, name) => {
        const close = async (): Promise<void> => {
          if (isDead) return;
          release(target);
          await target.close();
        };
        if (name === 'close' || name === Symbol.asyncDispose) return close;
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = (...args: unknown[]) => Reflect.apply(value, target, args);
        const counted = OF_HANDLES.find((one) => one === name);
        return counted !== undefined
          ? (...args: unknown[]) => step(counted, () => call(...args))
          : (...args: unknown[]) => call(...args);
      },
    });

  const wrapped = Object.fromEntries(
    OPERATIONS.map((name) => [
      name,
      (...args: unknown[]) => step(name, () => Reflect.apply(promises[name], undefined, args) as Promise<unknown>),
    ]),
  );
  const files = {
    ...wrapped,
    // File systems list in any order: here the marker of a stage comes first, so that code that relies on an order fails.
    readdir: (path: string) => step('readdir', async () => (await promises.readdir(path)).toSorted().toReversed()),
    open: (...args: Parameters<Files['open']>) =>
      step('open', async () => {
        const handle = await promises.open(...args);
        open.add(handle);
        return wrapHandle(handle);
      }),
  } as unknown as Files;

  const lock: DestinationContext['lock'] = async (descriptor) => {
    const handle = [...open].find(({ fd }) => fd === descriptor);
    if (handle === undefined) throw new Killed('killed');
    const id = await idOf(handle);
    if (locks.has(id)) return 'held';
    locks.set(id, handle);
    return 'taken';
  };
  return {
    context: { files, lock },
    isDead: () => isDead,
    kill,
    hasMetFault: () => fault !== undefined && count >= fault.at,
  };
};
