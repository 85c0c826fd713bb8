import type { MetricDefinition } from '../contract/definition.ts';
import { definitionOf, HISTOGRAMS, METRICS, type MetricName, TOTALS_COUNTERS } from '../contract.ts';
import { LIVE_GAUGES, liveSeries } from '../live-series.ts';
import { decodeSeriesKey, encodeSeriesKey, seriesKeyOf, zeroSeriesKeys } from '../series-key.ts';
import type { HistogramValue, JobFacts, MetricsView, SeriesKey } from '../view.ts';
import type { Family, Sample } from './family.ts';

/** What the process that writes the page knows of itself. */
export interface WriterInfo {
  readonly buildInfo: { readonly version: string; readonly revision: string; readonly nodeVersion: string };
  /** Absent: not looked for. */
  readonly binaryInfo?: { readonly available: boolean; readonly version?: string };
  /** Unix time of the page in seconds. */
  readonly nowSeconds: number;
  /** Listener: requests answered so far. */
  readonly httpRequests?: readonly { readonly handler: string; readonly code: string; readonly count: number }[];
  /** Listener: metrics of the process. Never in a textfile, where node_exporter has its own of these names. */
  readonly processFamilies?: readonly Family[];
}

type Series = ReadonlyMap<SeriesKey, number>;

const inOrder = <Value>(entries: Iterable<readonly [SeriesKey, Value]>): (readonly [SeriesKey, Value])[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));

const labelPairs = ({ labels }: MetricDefinition, key: SeriesKey): readonly (readonly [string, string])[] => {
  const values = decodeSeriesKey(key);
  return Object.keys(labels).map((name, index) => [name, values[index] ?? ''] as const);
};

const numberFamily = (name: MetricName, series: Series): Family => {
  const definition = definitionOf(name);
  const samples = inOrder(series).map(([key, value]) => ({ labels: labelPairs(definition, key), value }));
  return { name, type: definition.type, help: definition.help, samples };
};

const histogramSamples = (
  definition: MetricDefinition,
  key: SeriesKey,
  { counts, sum }: HistogramValue,
): readonly Sample[] => {
  const labels = labelPairs(definition, key);
  let count = 0;
  const buckets = [...(definition.buckets ?? []), Number.POSITIVE_INFINITY].map((le, index): Sample => {
    count += counts[index] ?? 0;
    return { suffix: '_bucket', labels, le, value: count };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
};

const histogramFamily = (name: MetricName, series: Readonly<Record<SeriesKey, HistogramValue>>): Family => {
  const definition = definitionOf(name);
  const samples = inOrder(Object.entries(series)).flatMap(([key, value]) => histogramSamples(definition, key, value));
  return { name, type: 'histogram', help: definition.help, samples };
};

/** Both statuses of every job, so that its first failure is an increase. */
const jobZeros = (jobs: readonly JobFacts[]): readonly SeriesKey[] =>
  jobs.flatMap(({ jobName }) => [encodeSeriesKey([jobName, 'success']), encodeSeriesKey([jobName, 'error'])]);

const counterSeries = (name: MetricName, { totals, jobs }: MetricsView): Series => {
  const zeros = name === 'skopeo_job_runs_total' ? jobZeros(jobs) : zeroSeriesKeys(definitionOf(name));
  return new Map([...zeros.map((key) => [key, 0] as const), ...Object.entries(totals.counters[name] ?? {})]);
};

const JOB_GAUGES: readonly (readonly [MetricName, (job: JobFacts) => number])[] = [
  ['skopeo_job_last_success_timestamp_seconds', (job) => job.lastSuccessSeconds],
  ['skopeo_job_last_failure_timestamp_seconds', (job) => job.lastFailureSeconds],
  ['skopeo_job_last_run_timestamp_seconds', (job) => job.lastRunSeconds],
  ['skopeo_job_last_duration_seconds', (job) => job.lastDurationSeconds],
  ['skopeo_job_last_exit_code', (job) => job.lastExitCode],
  ['skopeo_job_max_age_seconds', (job) => job.maxAgeSeconds],
];

/** A series without labels, or none. */
const single = (value: number | undefined): Series => new Map(value === undefined ? [] : [['', value]]);

const stateFamilies = (state: NonNullable<MetricsView['state']>): readonly Family[] => [
  numberFamily('skopeo_wrapper_state_runs', new Map(Object.entries(state.runs))),
  numberFamily('skopeo_wrapper_state_errors_total', new Map(Object.entries(state.errors))),
  numberFamily(
    'skopeo_wrapper_state_writable',
    single(state.writable === undefined ? undefined : Number(state.writable)),
  ),
  numberFamily('skopeo_wrapper_state_free_bytes', single(state.freeBytes)),
  numberFamily('skopeo_wrapper_merge_duration_seconds', single(state.mergeSeconds)),
];

const writerFamilies = ({ buildInfo, binaryInfo, nowSeconds, httpRequests = [] }: WriterInfo): readonly Family[] => {
  const { version, revision, nodeVersion } = buildInfo;
  const buildKey = seriesKeyOf('skopeo_wrapper_build_info', { version, revision, node_version: nodeVersion });
  return [
    numberFamily('skopeo_wrapper_build_info', new Map([[buildKey, 1]])),
    numberFamily(
      'skopeo_binary_info',
      new Map(binaryInfo?.version === undefined ? [] : [[encodeSeriesKey([binaryInfo.version]), 1]]),
    ),
    numberFamily(
      'skopeo_binary_available',
      single(binaryInfo === undefined ? undefined : Number(binaryInfo.available)),
    ),
    numberFamily(
      'skopeo_wrapper_http_requests_total',
      new Map(httpRequests.map(({ handler, code, count }) => [encodeSeriesKey([handler, code]), count])),
    ),
    numberFamily('skopeo_wrapper_textfile_write_timestamp_seconds', single(nowSeconds)),
  ];
};

const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** All families of a view in the contract's order, their series sorted: equal views give equal pages. */
export const familiesOfView = (view: MetricsView, info: WriterInfo): readonly Family[] => {
  const families = [
    ...[...TOTALS_COUNTERS.keys()].filter(isMetricName).map((name) => numberFamily(name, counterSeries(name, view))),
    ...[...HISTOGRAMS.keys()]
      .filter(isMetricName)
      .map((name) => histogramFamily(name, view.totals.histograms[name] ?? {})),
    ...LIVE_GAUGES.map((name) => numberFamily(name, liveSeries(name, view.live))),
    ...JOB_GAUGES.map(([name, value]) =>
      numberFamily(name, new Map(view.jobs.map((job) => [encodeSeriesKey([job.jobName]), value(job)]))),
    ),
    ...(view.state === undefined ? [] : stateFamilies(view.state)),
    ...writerFamilies(info),
  ];
  const order = new Map(Object.keys(METRICS).map((name, index) => [name, index]));
  return families.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
};
