import { resolve } from 'node:path';
import type { OwnFlags } from '../command-line/own-flags.ts';
import type { Context } from '../context.ts';
import { type MetricsSession, openMetricsSession } from '../metrics/session/metrics-session.ts';
import type { StateLocation } from '../metrics/state/files/directories.ts';
import type { Skopeo } from '../skopeo/binary/find.ts';
import { VERSION, writerInfo } from './writer-info.ts';

/** Opens the metrics of a command. `defaultJobName`: what the run is called unless the command line says. */
export const openSession = (
  own: OwnFlags,
  context: Context,
  state: StateLocation | undefined,
  skopeo: Skopeo | undefined,
  defaultJobName?: string,
): Promise<MetricsSession> => {
  const jobName = own.jobName ?? defaultJobName;
  return openMetricsSession({
    clock: context.clock,
    pid: context.pid,
    state,
    job: jobName === undefined ? undefined : { name: jobName, maxAgeSeconds: own.jobMaxAgeSeconds },
    heartbeatIntervalSeconds: own.heartbeatIntervalSeconds,
    textfile: own.metricsTextfile === undefined ? undefined : resolve(context.cwd, own.metricsTextfile),
    listen: own.metricsListen,
    info: writerInfo(skopeo),
    version: VERSION,
    onWarning: (message) => void context.stderr.write(`skopeo-wrapper: warning: ${message}\n`),
  });
};
