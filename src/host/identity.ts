import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../defined.ts';
import { type ProcessTable, readPidNamespace } from './process-table.ts';

/** What distinguishes a process from every other one, on this machine and on those that share a directory with it. */
export const processIdentitySchema = z.object({
  pid: z.int().positive(),
  /** Clock ticks from boot to the start of the process; absent without procfs. */
  startTicks: z.int().exactOptional(),
  /** The kernel's boot id; without one `boot-time:<Unix seconds>`. */
  bootId: z.string().max(64),
  /** `pid:[inode]`; empty without procfs. */
  pidNamespace: z.string().max(64),
  /** Hash of machine id and host name: machine-id(5) asks not to publish the id itself. */
  host: z.string().max(64),
  uid: z.int(),
});

export type ProcessIdentity = Readonly<z.infer<typeof processIdentitySchema>>;

interface IdentitySources {
  readonly procDir: string;
  readonly machineIdPath: string;
  readonly hostname: string;
  readonly pid: number;
  readonly uid: number;
  readonly uptimeSeconds: number;
  readonly wallMs: number;
  readonly processes: ProcessTable;
}

const BOOT_TIME = 'boot-time:';
const BOOT_TIME_TOLERANCE_SECONDS = 60;

/** The identity of the process `pid`. */
export const identifyProcess = (sources: IdentitySources): ProcessIdentity => {
  const { procDir, pid, uid, processes } = sources;
  const startTicks = processes.startTicks(pid);
  const bootSeconds = Math.round(sources.wallMs / 1000 - sources.uptimeSeconds);
  return {
    pid,
    ...defined({ startTicks }),
    bootId: orElse(
      () => readFileSync(join(procDir, 'sys/kernel/random/boot_id'), 'latin1').trim(),
      `${BOOT_TIME}${bootSeconds}`,
    ),
    pidNamespace: readPidNamespace(procDir),
    host: hashHost(
      orElse(() => readFileSync(sources.machineIdPath, 'latin1').trim(), ''),
      sources.hostname,
    ),
    uid,
  };
};

/** Whether two boot ids name the same boot; computed boot times may differ by a correction of the clock. */
export const isSameBoot = (one: string, other: string): boolean => {
  if (!one.startsWith(BOOT_TIME) || !other.startsWith(BOOT_TIME)) return one === other;
  const difference = Number(one.slice(BOOT_TIME.length)) - Number(other.slice(BOOT_TIME.length));
  return Math.abs(difference) <= BOOT_TIME_TOLERANCE_SECONDS;
};

const hashHost = (machineId: string, hostname: string): string =>
  createHash('sha256').update(`${machineId}\n${hostname}`).digest('hex').slice(0, 16);

const orElse = (read: () => string, otherwise: string): string => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};
