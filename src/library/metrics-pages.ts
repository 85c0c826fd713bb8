import { resolve } from 'node:path';
import { Registry } from 'prom-client';
import { findWriterInfo } from '../cli/open-session.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { type HostPages, openServedHostPages, type ServedHostPages } from '../metrics/host-metrics.ts';
import { renderPage } from '../metrics/registry/page.ts';
import { registerWriteTime } from '../metrics/registry/register-metrics.ts';
import { defaultSpillRoot, locateState } from '../metrics/state/files/state-directory.ts';
import type { SkopeoMetrics } from './skopeo-metrics.ts';

/** Which numbers are shown: those of this process, or the sum of those that all runs left in state directories. */
export type MetricsSource =
  | { readonly metrics: SkopeoMetrics; readonly stateDirs?: never }
  | { readonly stateDirs: readonly string[]; readonly metrics?: never };

/** The pages of a source, made anew at each call. */
type MetricsPages = HostPages & Partial<ServedHostPages>;

/** Opens the pages of a source. Throws a usage error unless exactly one source is given. */
export const openMetricsPages = async (source: MetricsSource, context: Context): Promise<MetricsPages> => {
  const { metrics, stateDirs } = source;
  if (metrics !== undefined && stateDirs === undefined) return registryPages(metrics, context);
  if (metrics === undefined && stateDirs !== undefined && stateDirs.length > 0) return hostPages(stateDirs, context);
  throw usageError('no source of metrics', 'Give either metrics or stateDirs, which must not be empty.');
};

const registryPages = ({ registry }: SkopeoMetrics, { clock }: Context): MetricsPages => {
  const writeTime = new Registry();
  registerWriteTime(writeTime, clock);
  return {
    listener: (format) => renderPage([registry], format),
    textfile: () => renderPage([registry, writeTime], 'text'),
  };
};

const hostPages = async (stateDirs: readonly string[], context: Context): Promise<MetricsPages> => {
  const { clock, cwd, env, uid } = context;
  const spillRoot = defaultSpillRoot(env, uid);
  const locations = stateDirs.map((directory) => locateState(resolve(cwd, directory), spillRoot));
  return openServedHostPages({ locations, clock, info: await findWriterInfo(context, undefined) });
};
