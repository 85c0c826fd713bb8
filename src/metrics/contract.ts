import type { MetricDefinition } from './contract/definition.ts';
import { JOB_METRICS } from './contract/job-metrics.ts';
import { LIVE_METRICS } from './contract/live-metrics.ts';
import { OPERATION_METRICS } from './contract/operation-metrics.ts';
import { WRAPPER_METRICS } from './contract/wrapper-metrics.ts';

/** Every metric of this program, by name, in the order in which they are shown. */
export const METRICS = { ...OPERATION_METRICS, ...LIVE_METRICS, ...JOB_METRICS, ...WRAPPER_METRICS } as const;

type MetricTable = typeof METRICS;

export type MetricName = keyof MetricTable;

type NamesOfType<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: MetricTable[Name]['type'] extends Type ? Name : never;
}[MetricName];

type CounterName = NamesOfType<'counter'>;
export type HistogramName = NamesOfType<'histogram'>;
export type LiveGaugeName = keyof typeof LIVE_METRICS;

type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : string;

/** Exactly the labels of a metric, each with the values that its vocabulary allows. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in keyof MetricTable[Name]['labels']]: ValueOf<MetricTable[Name]['labels'][Label]>;
};

/**
 * The counters and histograms that processes keep and that are added up; each other metric belongs to one reader,
 * writer or listener.
 */
export type TotalsCounterName = Exclude<
  CounterName,
  'skopeo_wrapper_state_errors_total' | 'skopeo_wrapper_http_requests_total'
>;

/** The same table as data, for code that gets names at run time. */
export const DEFINITIONS: ReadonlyMap<string, MetricDefinition> = new Map(Object.entries(METRICS));

const isTotal = ([name]: readonly [string, MetricDefinition]) => !(name in WRAPPER_METRICS);

/** Counters of {@link TotalsCounterName} and their definitions. */
export const TOTALS_COUNTERS: ReadonlyMap<string, MetricDefinition> = new Map(
  [...DEFINITIONS].filter(isTotal).filter(([, { type }]) => type === 'counter'),
);

/** Histograms and their definitions. */
export const HISTOGRAMS: ReadonlyMap<string, Required<Pick<MetricDefinition, 'buckets'>> & MetricDefinition> = new Map(
  [...DEFINITIONS].flatMap(([name, definition]) =>
    definition.buckets === undefined ? [] : [[name, { ...definition, buckets: definition.buckets }] as const],
  ),
);

const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** All names, in the contract's order. */
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS).filter(isMetricName);

/** The definition of a metric as data. */
export const definitionOf = (name: MetricName): MetricDefinition => METRICS[name];
