import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Bytes a process has moved through read(2) and write(2) since its start, files and sockets alike. */
interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Reads `/proc/<pid>/io`; undefined where there is none (not Linux, another user's process, a process that is gone). */
export const readProcessIo = (pid: number): ProcessIo | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/io`, 'utf8');
    const read = /^rchar: (\d+)$/m.exec(text)?.[1];
    const written = /^wchar: (\d+)$/m.exec(text)?.[1];
    if (read === undefined || written === undefined) return undefined;
    return { readBytes: Number(read), writtenBytes: Number(written) };
  } catch {
    return undefined;
  }
};

/** Memory that a process has, in bytes; undefined where the system does not tell. */
export const residentBytes = (pid: number): number | undefined => {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
};

/** Inodes of the sockets that a process has open. */
const socketsOf = (pid: number): ReadonlySet<string> => {
  const directory = `/proc/${pid}/fd`;
  const inodeOf = (descriptor: string): string | undefined => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${directory}/${descriptor}`))?.[1];
    } catch {
      return undefined; // closed meanwhile
    }
  };
  return new Set(readdirSync(directory).flatMap((descriptor) => inodeOf(descriptor) ?? []));
};

/** A line of `/proc/net/tcp`: number, addresses, state, `tx_queue:rx_queue` in hex, timers, user, timeout, inode. */
const LINE = /^ *\d+: \S+ \S+ \S+ ([0-9A-F]+):\S+ \S+ \S+ +\d+ +\d+ (\d+) /gm;

const queuesIn = (table: string, sockets: ReadonlySet<string>): number =>
  [...table.matchAll(LINE)]
    .filter(([, , inode = '']) => sockets.has(inode))
    .reduce((sum, [, queued = '']) => sum + Number.parseInt(queued, 16), 0);

/**
 * Bytes that a process has written to TCP sockets and that the other side has not acknowledged. They count as written
 * long before they have been sent: on a slow link the queue drains while the process waits silently. Undefined if the
 * system does not show them (not Linux, a process that is gone).
 */
export const unacknowledgedBytes = (pid: number): number | undefined => {
  try {
    const sockets = socketsOf(pid);
    const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'latin1'));
    return tables.reduce((sum, table) => sum + queuesIn(table, sockets), 0);
  } catch {
    return undefined;
  }
};
