import { resolve } from 'node:path';
import { findWriterInfo } from '../cli/writer-info.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { WRAPPER_METRICS } from '../metrics/contract/wrapper-metrics.ts';
import type { Family } from '../metrics/exposition/family.ts';
import { formatFamilies } from '../metrics/exposition/format.ts';
import { familiesOfRegistry } from '../metrics/exposition/prom-client-families.ts';
import { openHostMetrics } from '../metrics/host/host-metrics.ts';
import { hostPage } from '../metrics/host/host-page.ts';
import type { RenderMetrics } from '../metrics/listener/scrape.ts';
import { defaultSpillRoot, locateState } from '../metrics/state/files/directories.ts';
import type { MetricsSource } from './metrics-source.ts';
import type { SkopeoMetrics } from './skopeo-metrics.ts';

/** The pages of a source, rendered anew at each call. */
export interface MetricsPages {
  readonly listener: RenderMetrics;
  readonly textfile: () => Promise<string>;
}

/** Opens the pages of a source. Throws a usage error when it is none or two. */
export const openMetricsPages = async (source: MetricsSource, context: Context): Promise<MetricsPages> => {
  const { metrics, stateDirs } = source;
  if (metrics !== undefined && stateDirs === undefined) return registryPages(metrics, context);
  if (metrics === undefined && stateDirs !== undefined && stateDirs.length > 0) return hostPages(stateDirs, context);
  throw usageError('no source of metrics', 'Give either metrics or stateDirs, which must not be empty.');
};

const registryPages = ({ registry }: SkopeoMetrics, { clock }: Context): MetricsPages => {
  const families = async () => familiesOfRegistry(await registry.getMetricsAsJSON());
  return {
    listener: async ({ format }) => formatFamilies(await families(), format),
    textfile: async () => formatFamilies([...(await families()), writeTime(clock.wallMs() / 1000)], 'text'),
  };
};

/** By this node_exporter's readers see that the file is kept fresh. */
const writeTime = (nowSeconds: number): Family => {
  const name = 'skopeo_wrapper_textfile_write_timestamp_seconds';
  return { name, type: 'gauge', help: WRAPPER_METRICS[name].help, samples: [{ labels: [], value: nowSeconds }] };
};

const hostPages = async (stateDirs: readonly string[], context: Context): Promise<MetricsPages> => {
  const { clock, cwd, env, uid } = context;
  const spillRoot = defaultSpillRoot(env, uid);
  const locations = stateDirs.map((directory) => locateState(resolve(cwd, directory), spillRoot));
  const info = await findWriterInfo(context, undefined);
  const host = openHostMetrics({ locations, clock, probe: true });
  return { listener: hostPage(host, info), textfile: async () => host.render(info, 'textfile', 'text') };
};
