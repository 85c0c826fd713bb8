import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/system-error.ts';

/** Where Linux mounts procfs. */
export const PROC_DIR = '/proc';

/** What can be found out about a process of this pid namespace. */
export interface ProcessTable {
  /** Start of the process in clock ticks since boot; undefined: it cannot be read, or there is no such process. */
  startTicks(pid: number): number | undefined;
  /** Whether the process that began at `startTicks` still runs; without ticks, whether any process has the pid. */
  isRunning(pid: number, startTicks: number | undefined): boolean;
}

interface ProcessTableSources {
  /** Where procfs is mounted; need not exist (macOS). */
  readonly procDir: string;
  /** Sends signal 0; throws a system error as `process.kill` does. */
  readonly probe: (pid: number) => void;
}

/** A process table from procfs, and from signal 0 where procfs does not show a process (hidepid, macOS). */
export const createProcessTable = ({ procDir, probe }: ProcessTableSources): ProcessTable => ({
  startTicks: (pid) => readStat(procDir, pid)?.startTicks,
  isRunning: (pid, startTicks) => {
    const stat = readStat(procDir, pid);
    if (stat === undefined) return answersSignal(probe, pid);
    return !stat.ended && (startTicks === undefined || stat.startTicks === startTicks);
  },
});

/** The processes that this one can see. */
export const systemProcesses = (): ProcessTable =>
  createProcessTable({ procDir: PROC_DIR, probe: (pid) => process.kill(pid, 0) });

/** The namespace in which pids are valid, `pid:[inode]`; empty without procfs. */
export const readPidNamespace = (procDir: string): string => {
  try {
    return readlinkSync(join(procDir, 'self/ns/pid'));
  } catch {
    return '';
  }
};

/** EPERM: the process lives and belongs to another user. */
const answersSignal = (probe: (pid: number) => void, pid: number): boolean => {
  try {
    probe(pid);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};

/**
 * proc(5): the name in parentheses may contain any character; the state is the first field after it, starttime the
 * twentieth.
 */
const readStat = (procDir: string, pid: number): { startTicks: number; ended: boolean } | undefined => {
  let text: string;
  try {
    text = readFileSync(join(procDir, String(pid), 'stat'), 'latin1');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTicks = Number(fields[19]);
  return Number.isSafeInteger(startTicks) ? { startTicks, ended: /^[ZXx]$/.test(fields[0] ?? '') } : undefined;
};
