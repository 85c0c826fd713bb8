import type { Host } from '../../../host/host.ts';
import type { StateLocation } from '../files/directories.ts';
import { takeSnapshot } from './snapshot.ts';

/** A skopeo process that runs on although the process that started it is gone. */
export interface OrphanedChild {
  readonly pid: number;
  /** The process that started it. */
  readonly parentPid: number;
  readonly jobName?: string;
}

/** Finds skopeo processes of dead runs that nobody has folded yet. Throws WrapperError as reading does. */
export const findOrphanedChildren = (location: StateLocation, host: Host): readonly OrphanedChild[] =>
  takeSnapshot(location, host).runs.flatMap(({ reading, state }) => {
    if (reading.kind !== 'record' || state !== 'dead') return [];
    const { identity, children, job } = reading.record;
    if (identity.pidNamespace !== host.identity.pidNamespace) return [];
    return children
      .filter(({ pid, startTicks }) => startTicks !== undefined && host.processes.isRunning(pid, startTicks))
      .map(({ pid }) => ({ pid, parentPid: identity.pid, ...(job === undefined ? {} : { jobName: job.name }) }));
  });
