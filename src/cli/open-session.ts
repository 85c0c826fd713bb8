import { resolve } from 'node:path';
import type { OwnFlags } from '../command-line/own-flags.ts';
import type { Context } from '../context.ts';
import type { WriterInfo } from '../metrics/registry/view-samples.ts';
import { type MetricsSession, openMetricsSession } from '../metrics/session.ts';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  type StateLocation,
} from '../metrics/state/files/state-directory.ts';
import { findSkopeo, type Skopeo } from '../skopeo/binary.ts';
import { VERSION } from './version.ts';

/** What this process writes about itself and its skopeo into the metrics. */
const writerInfo = (skopeo: Skopeo | undefined): WriterInfo => ({
  buildInfo: { version: VERSION, revision: 'unknown', nodeVersion: process.version },
  binaryInfo: skopeo === undefined ? { available: false } : { available: true, version: skopeo.version },
});

/** The same for a process that needs no skopeo: a missing skopeo is reported as a fact, not as an error. */
export const findWriterInfo = async (
  { env, cwd, program }: Context,
  skopeoPath: string | undefined,
): Promise<WriterInfo> => writerInfo(await findSkopeo({ env, cwd, skopeoPath, self: program }).catch(() => undefined));

/** The state directory of a command, unless it keeps nothing. */
export const stateLocation = (
  { noState, stateDir }: OwnFlags,
  { env, cwd, uid }: Context,
): StateLocation | undefined => {
  if (noState) return undefined;
  const directory = stateDir === undefined ? defaultStateDir(env, uid) : resolve(cwd, stateDir);
  return directory === undefined ? undefined : locateState(directory, defaultSpillRoot(env, uid));
};

/**
 * Which part of the metrics is opened: `all` of it, only what records a failure, or of that only the state directory.
 */
export type MetricsExtent = 'all' | 'failure' | 'state';

/**
 * Opens the metrics of a command, as far as `extent` says. `defaultJobName`: the job's name if the command line gives
 * none.
 */
export const openSession = (
  own: OwnFlags,
  context: Context,
  skopeo: Skopeo | undefined,
  extent: MetricsExtent,
  defaultJobName?: string,
): Promise<MetricsSession> => {
  const jobName = own.jobName ?? defaultJobName;
  const { metricsTextfile } = own;
  return openMetricsSession({
    clock: context.clock,
    pid: context.pid,
    state: stateLocation(own, context),
    job: jobName === undefined ? undefined : { name: jobName, maxAgeSeconds: own.jobMaxAgeSeconds },
    heartbeatIntervalSeconds: own.heartbeatIntervalSeconds,
    textfile: metricsTextfile === undefined || extent === 'state' ? undefined : resolve(context.cwd, metricsTextfile),
    listen: extent === 'all' ? own.metricsListen : undefined,
    info: writerInfo(skopeo),
    version: VERSION,
    onWarning: (message) => void context.stderr.write(`skopeo-wrapper: warning: ${message}\n`),
  });
};
