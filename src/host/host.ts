import { hostname, uptime } from 'node:os';
import type { Clock } from '../context.ts';
import { identifyProcess, type ProcessIdentity } from './identity.ts';
import { PROC_DIR, type ProcessTable, systemProcesses } from './process-table.ts';

/** How a process sees the state directory: who it is, what time it is, which processes it can see. */
export interface Host {
  readonly clock: Clock;
  readonly identity: ProcessIdentity;
  readonly processes: ProcessTable;
}

/** The host as this process sees it. */
export const systemHost = (clock: Clock): Host => {
  const processes = systemProcesses();
  const identity = identifyProcess({
    procDir: PROC_DIR,
    machineIdPath: '/etc/machine-id',
    hostname: hostname(),
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    uptimeSeconds: uptime(),
    wallMs: clock.wallMs(),
    processes,
  });
  return { clock, identity, processes };
};
