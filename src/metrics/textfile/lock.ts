import { randomUUID } from 'node:crypto';
import { link, lstat, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Clock } from '../../context.ts';
import { errorCode } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { readBounded } from '../../host/bounded-read.ts';
import { type Host, systemHost } from '../../host/host.ts';
import { isSameBoot, processIdentitySchema } from '../../host/identity.ts';
import { parseJson } from '../../text/json.ts';

const lockOwnerSchema = z.object({
  /** Distinguishes two acquisitions by one process. */
  token: z.string(),
  identity: processIdentitySchema,
  acquiredWallMs: z.number(),
  acquiredMonotonicMs: z.number(),
});

/** The holder of a lock, and since when it holds it. */
type LockOwner = Readonly<z.infer<typeof lockOwnerSchema>>;

/** A lock held longer than this belongs to a stopped process and may be taken over. */
const LOCK_MAX_AGE_MS = 60_000;

/** This process as the owner of a lock taken now. */
const describeOwner = ({ clock, identity }: Host): LockOwner => ({
  token: randomUUID(),
  identity,
  acquiredWallMs: clock.wallMs(),
  acquiredMonotonicMs: clock.monotonicMs(),
});

/** The owner that a lock file names; absent if it was not written by this program. */
export const parseOwner = (text: string): LockOwner | undefined => parseJson(text, lockOwnerSchema);

/** Whether a lock's owner is certainly gone, or has held it for so long that it must be stopped. */
const isAbandoned = (owner: LockOwner, { clock, identity: here, processes }: Host): boolean => {
  const { bootId, host, pidNamespace, pid, startTicks } = owner.identity;
  const sameBoot = isSameBoot(bootId, here.bootId);
  const ageMs = sameBoot ? clock.monotonicMs() - owner.acquiredMonotonicMs : clock.wallMs() - owner.acquiredWallMs;
  if (ageMs > LOCK_MAX_AGE_MS) return true;
  if (host !== here.host) return false;
  if (!sameBoot) return true;
  return pidNamespace === here.pidNamespace && !processes.isRunning(pid, startTicks);
};

/**
 * A lock that this process took. Another process may take it over while this one is stopped: check before relying on
 * it.
 */
export interface Lock {
  isHeld(): Promise<boolean>;
  /** Gives the lock back, unless another process took it over. */
  release(): Promise<void>;
}

const MAX_LOCK_BYTES = 64 * 1024;

/** Reads the lock without waiting, whatever kind of file has its name. */
const readIfThere = (path: string): string | undefined => {
  const read = readBounded(path, MAX_LOCK_BYTES);
  if (read.kind === 'content') return read.bytes.toString();
  if (read.kind === 'vanished') return undefined;
  if (read.kind === 'unreadable') throw Object.assign(new Error(`${path} cannot be read`), { code: read.code });
  throw new WrapperError(`${path} is no lock of ours`, {
    errorType: 'destination_conflict',
    exitCode: EXIT.ioError,
    next: `Remove ${path}.`,
  });
};

/** Age by the file's own time, for a lock that names no owner. */
const isOld = async (path: string, clock: Clock): Promise<boolean> => {
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && clock.wallMs() - stats.mtimeMs > LOCK_MAX_AGE_MS;
};

const mayTakeOver = async (path: string, content: string, host: Host): Promise<boolean> => {
  const owner = parseOwner(content);
  return owner === undefined ? isOld(path, host.clock) : isAbandoned(owner, host);
};

/** Puts the candidate in the place of the lock, atomically in either case; `false`: another process was faster. */
const claim = async (candidate: string, path: string, takeOver: boolean): Promise<boolean> => {
  try {
    await (takeOver ? rename(candidate, path) : link(candidate, path));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
};

/**
 * Takes the lock file at `path` if it is free or abandoned; absent: another process holds it. The file is linked when
 * it is complete and names its owner, so that nobody ever reads half an owner. `path` and its temporary names are in
 * one directory. Throws errors of the file system.
 */
export const tryLock = async (path: string, clock: Clock): Promise<Lock | undefined> => {
  const host = systemHost(clock);
  const held = readIfThere(path);
  const takeOver = held !== undefined && (await mayTakeOver(path, held, host));
  if (held !== undefined && !takeOver) return undefined;

  const owner = describeOwner(host);
  const candidate = `${path}.${owner.token}.tmp`;
  try {
    await writeFile(candidate, JSON.stringify(owner), { flag: 'wx', mode: 0o644 });
    if (!(await claim(candidate, path, takeOver))) return undefined;
  } finally {
    await rm(candidate, { force: true });
  }

  const isHeld = async (): Promise<boolean> => parseOwner(readIfThere(path) ?? '')?.token === owner.token;
  return {
    isHeld,
    release: async () => {
      if (await isHeld()) await rm(path, { force: true });
    },
  };
};
