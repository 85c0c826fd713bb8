import { type OpenMetricsContentType, Registry } from 'prom-client';
import { registerCollected, type Sample } from './collected.ts';

/** `text`: Prometheus 0.0.4; `openmetrics`: OpenMetrics 1.0. */
export const PAGE_FORMATS = ['text', 'openmetrics'] as const;
export type PageFormat = (typeof PAGE_FORMATS)[number];

/** The exact `Content-Type` of each format: for Prometheus 3 a target with any other type is down. */
export const CONTENT_TYPES: Readonly<Record<PageFormat, string>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/**
 * A page for Prometheus with everything in the registries, one after the other; they have no name in common. Metrics
 * without samples are left out. Rejects if a collected metric rejects.
 */
export const renderPage = async (registries: readonly Registry[], format: PageFormat): Promise<string> =>
  format === 'text'
    ? (await Promise.all(registries.map((registry) => registry.metrics()))).map(withoutGaps).join('')
    : completed(await openMetricsOf(registries).then((registry) => registry.metrics()));

/** prom-client puts a blank line (which occurs nowhere else) between metrics, and prints the heads of empty metrics. */
const withoutGaps = (page: string): string =>
  page
    .slice(0, -1)
    .split('\n\n')
    .filter(hasSamples)
    .map((metric) => `${metric}\n`)
    .join('');

/** Whether a third line follows `# HELP` and `# TYPE`. */
const hasSamples = (metric: string): boolean => metric.indexOf('\n', metric.indexOf('\n') + 1) !== -1;

/** The same in a separate registry, since rendering a registry as OpenMetrics renames its counters permanently. */
const openMetricsOf = async (registries: readonly Registry[]) => {
  const openMetrics = new Registry<OpenMetricsContentType>();
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const metrics = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
  for (const { name, help, type, values } of metrics.flat()) {
    const isCounter = String(type) === 'counter';
    const samples = values.map(withFloatBound);
    const metric = { name: isCounter ? name.replace(/_total$/, '') : name, help, type, collect: async () => samples };
    if (samples.length > 0) registerCollected(openMetrics, metric);
  }
  return openMetrics;
};

/** OpenMetrics requires `le` as a float, `300.0`; the text format has always had `300`. */
const withFloatBound = ({ labels, ...sample }: Sample): Sample => {
  const le = String(labels.le ?? '');
  return { ...sample, labels: /^\d+$/.test(le) ? { ...labels, le: `${le}.0` } : { ...labels } };
};

/** Adds what OpenMetrics requires and prom-client leaves out: escaped quotes in help texts, and units. */
const completed = (page: string): string =>
  page
    .replaceAll(/^# HELP .*$/gm, (line) => line.replaceAll('"', '\\"'))
    .replaceAll(/^# TYPE (\S+_(seconds|bytes)) .*$/gm, '$&\n# UNIT $1 $2');
