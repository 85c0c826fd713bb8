import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as z from 'zod';
import type { Clock } from '../../context.ts';

const lockOwnerSchema = z.object({
  /** Tells two acquisitions by one process apart. */
  token: z.string(),
  pid: z.int().positive(),
  /** Clock ticks from boot to the start of the process, field 22 of `/proc/<pid>/stat`; empty where unknown. */
  startTicks: z.string(),
  bootId: z.string(),
  pidNamespace: z.string(),
  host: z.string(),
  acquiredWallMs: z.number(),
  acquiredMonotonicMs: z.number(),
});

/** Who holds a lock, and since when. */
export type LockOwner = z.infer<typeof lockOwnerSchema>;

/** A lock held longer than this belongs to a stopped process and may be taken over. */
export const LOCK_MAX_AGE_MS = 60_000;

const read = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();

/** State and start ticks of a process; proc_pid_stat(5), counted from behind the name, which may contain anything. */
const readProcess = async (pid: number): Promise<{ state: string; startTicks: string } | undefined> => {
  const stat = await read(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
};

const readHost = async () => ({
  host: `${await read('/etc/machine-id')} ${hostname()}`,
  bootId: await read('/proc/sys/kernel/random/boot_id'),
  pidNamespace: await readlink('/proc/self/ns/pid').catch(() => ''),
});

/** This process as the owner of a lock taken now. */
export const describeOwner = async (clock: Clock): Promise<LockOwner> => ({
  token: randomUUID(),
  pid: process.pid,
  startTicks: (await readProcess(process.pid))?.startTicks ?? '',
  ...(await readHost()),
  acquiredWallMs: clock.wallMs(),
  acquiredMonotonicMs: clock.monotonicMs(),
});

/** The owner that a lock file names; absent if somebody else's hand wrote the file. */
export const parseOwner = (text: string): LockOwner | undefined => {
  try {
    return lockOwnerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

const isAlive = async ({ pid, startTicks }: LockOwner): Promise<boolean> => {
  const found = await readProcess(pid);
  if (found === undefined) return exists(pid);
  return found.startTicks === startTicks && !'ZX'.includes(found.state);
};

/** Whether a lock's owner is gone for sure, or holds it so long that it must be stopped. */
export const isAbandoned = async (owner: LockOwner, clock: Clock): Promise<boolean> => {
  const here = await readHost();
  const sameBoot = owner.bootId === here.bootId;
  const ageMs = sameBoot ? clock.monotonicMs() - owner.acquiredMonotonicMs : clock.wallMs() - owner.acquiredWallMs;
  if (ageMs > LOCK_MAX_AGE_MS) return true;
  if (owner.host !== here.host) return false;
  if (!sameBoot) return true;
  return owner.pidNamespace === here.pidNamespace && !(await isAlive(owner));
};
