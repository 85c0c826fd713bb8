import { definitionOf, METRIC_NAMES, type MetricName, TOTALS_COUNTERS } from '../contract.ts';
import type { HistogramValue, JobFacts, MetricsView, SeriesKey } from '../view.ts';
import type { Sample } from './collected.ts';
import { LIVE_GAUGES, liveSeries } from './live-series.ts';
import { decodeSeriesKey, encodeSeriesKey, seriesKeyOf, zeroSeriesKeys } from './series-key.ts';

/** What the process that makes the page knows about itself. */
export interface WriterInfo {
  readonly buildInfo: { readonly version: string; readonly revision: string; readonly nodeVersion: string };
  /** Absent: skopeo was not searched for. */
  readonly binaryInfo?: { readonly available: boolean; readonly version?: string };
}

/** Values of one metric by series. */
export type Series = Iterable<readonly [SeriesKey, number]>;

type ReadSeries = (view: MetricsView, info: WriterInfo) => Series;

/** A series without labels, or none. */
const single = (value: number | undefined): Series => (value === undefined ? [] : [['', value]]);

/** Both statuses of every job, so that its first failure is an increase. */
const jobZeros = (jobs: readonly JobFacts[]): readonly SeriesKey[] =>
  jobs.flatMap(({ jobName }) => [encodeSeriesKey([jobName, 'success']), encodeSeriesKey([jobName, 'error'])]);

const counterSeries = (name: MetricName, { totals, jobs }: MetricsView): Series => {
  const zeros = name === 'skopeo_job_runs_total' ? jobZeros(jobs) : zeroSeriesKeys(definitionOf(name));
  return new Map([...zeros.map((key) => [key, 0] as const), ...Object.entries(totals.counters[name] ?? {})]);
};

const ofJobs =
  (value: (job: JobFacts) => number): ReadSeries =>
  ({ jobs }) =>
    jobs.map((job) => [encodeSeriesKey([job.jobName]), value(job)]);

const OTHER_SERIES = {
  skopeo_job_last_success_timestamp_seconds: ofJobs((job) => job.lastSuccessSeconds),
  skopeo_job_last_failure_timestamp_seconds: ofJobs((job) => job.lastFailureSeconds),
  skopeo_job_last_run_timestamp_seconds: ofJobs((job) => job.lastRunSeconds),
  skopeo_job_last_duration_seconds: ofJobs((job) => job.lastDurationSeconds),
  skopeo_job_last_exit_code: ofJobs((job) => job.lastExitCode),
  skopeo_job_max_age_seconds: ofJobs((job) => job.maxAgeSeconds),
  skopeo_wrapper_build_info: (_, { buildInfo: { version, revision, nodeVersion } }) => [
    [seriesKeyOf('skopeo_wrapper_build_info', { version, revision, node_version: nodeVersion }), 1],
  ],
  skopeo_binary_info: (_, { binaryInfo }) =>
    binaryInfo?.version === undefined ? [] : [[encodeSeriesKey([binaryInfo.version]), 1]],
  skopeo_binary_available: (_, { binaryInfo }) => single(binaryInfo && Number(binaryInfo.available)),
  skopeo_wrapper_state_runs: ({ state }) => Object.entries(state?.runs ?? {}),
  skopeo_wrapper_state_errors_total: ({ state }) => Object.entries(state?.errors ?? {}),
  skopeo_wrapper_state_writable: ({ state }) =>
    single(state?.writable === undefined ? undefined : Number(state.writable)),
  skopeo_wrapper_state_free_bytes: ({ state }) => single(state?.freeBytes),
  skopeo_wrapper_merge_duration_seconds: ({ state }) => single(state?.mergeSeconds),
} satisfies Partial<Record<MetricName, ReadSeries>>;

const READ_SERIES: ReadonlyMap<string, ReadSeries> = new Map<string, ReadSeries>([
  ...METRIC_NAMES.filter((name) => TOTALS_COUNTERS.has(name)).map((name): [string, ReadSeries] => [
    name,
    (view) => counterSeries(name, view),
  ]),
  ...LIVE_GAUGES.map((name): [string, ReadSeries] => [name, ({ live }) => liveSeries(name, live)]),
  ...Object.entries(OTHER_SERIES),
]);

const inOrder = <Value>(entries: Iterable<readonly [SeriesKey, Value]>): (readonly [SeriesKey, Value])[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));

type Labels = Readonly<Record<string, string>>;

/** Converts keys of a metric to labels, in the contract's order. */
const readLabels = (name: MetricName): ((key: SeriesKey) => Labels) => {
  const names = Object.keys(definitionOf(name).labels);
  return (key) => {
    const values = decodeSeriesKey(key);
    const labels: Record<string, string> = {};
    for (const [index, label] of names.entries()) labels[label] = values[index] ?? '';
    return labels;
  };
};

const histogramSamples = (name: MetricName, labels: Labels, { counts, sum }: HistogramValue): readonly Sample[] => {
  let count = 0;
  const buckets = [...(definitionOf(name).buckets ?? []), '+Inf'].map((le, index): Sample => {
    count += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
};

/** The samples of numbers by series, sorted, so that equal values give equal pages. */
export const samplesOf = (name: MetricName, series: Series): readonly Sample[] => {
  const labels = readLabels(name);
  return inOrder(series).map(([key, value]) => ({ labels: labels(key), value }));
};

/** The samples of a metric, from a view and from the process that shows it. */
export const samplesOfView = (name: MetricName, view: MetricsView, info: WriterInfo): readonly Sample[] =>
  definitionOf(name).type === 'histogram'
    ? inOrder(Object.entries(view.totals.histograms[name] ?? {})).flatMap(([key, value]) =>
        histogramSamples(name, readLabels(name)(key), value),
      )
    : samplesOf(name, READ_SERIES.get(name)?.(view, info) ?? []);
