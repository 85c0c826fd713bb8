import { LIVE_METRICS } from '../contract/live-metrics.ts';
import type { LiveGaugeName } from '../contract.ts';
import type { LiveEntry, SeriesKey } from '../view.ts';
import { encodeSeriesKey, zeroSeriesKeys } from './series-key.ts';

/** Gauge values of one metric by series. */
type GaugeSeries = ReadonlyMap<SeriesKey, number>;

/** Seconds since a monotonic time; 0 if the clock seems to run backwards (another boot). */
const secondsSince = (ms: number, { nowMs }: LiveEntry): number => Math.max(0, nowMs - ms) / 1_000;

const blobsPerSecond = (entry: LiveEntry): number => {
  const seconds = secondsSince(entry.live.startedMs, entry);
  return seconds > 0 ? entry.live.blobsFinished / seconds : 0;
};

/** The value of each gauge for one operation; absent: unknown. */
const VALUES: Readonly<Record<LiveGaugeName, (entry: LiveEntry) => number | undefined>> = {
  skopeo_active_operations: ({ live }) => (live.part === true ? undefined : 1),
  skopeo_active_operation_duration_seconds: (entry) => secondsSince(entry.live.startedMs, entry),
  skopeo_operation_speed_blobs_per_second: blobsPerSecond,
  skopeo_operation_stale_seconds: (entry) => secondsSince(entry.live.lastProgressMs, entry),
  skopeo_active_operations_detailed: () => 1,
  skopeo_operation_last_progress_percent: ({ live }) => live.percent ?? 0,
  skopeo_operation_heartbeat_timestamp_seconds: ({ heartbeatWallMs }) => heartbeatWallMs / 1_000,
  skopeo_operation_transferred_bytes: ({ live }) => live.transferredBytes,
  skopeo_operation_expected_bytes: ({ live }) => live.expectedBytes,
  skopeo_operation_throughput_bytes_per_second: ({ live }) => live.throughputBytesPerSecond,
  skopeo_operation_eta_seconds: ({ live }) => live.etaSeconds,
  skopeo_queue_depth: ({ live }) => live.queued ?? 0,
};

const MERGE = {
  sum: (a: number, b: number) => a + b,
  max: Math.max,
  min: Math.min,
} as const;

const labelsOf = ({ live }: LiveEntry): Readonly<Record<string, string>> => ({
  operation: live.operation,
  source_short: live.sourceShort,
  destination_short: live.destinationShort,
  current_step: live.step,
});

/**
 * The series of one live gauge at the moment of the entries: one series per label set. Operations with equal labels are
 * combined by the contract's rule, and series start at zero where the contract says so.
 */
export const liveSeries = (name: LiveGaugeName, entries: readonly LiveEntry[]): GaugeSeries => {
  const definition = LIVE_METRICS[name];
  const labelNames = Object.keys(definition.labels);
  const merge = MERGE[definition.merge];
  const series = new Map<SeriesKey, number>(zeroSeriesKeys(definition).map((key) => [key, 0]));
  for (const entry of entries) {
    const value = VALUES[name](entry);
    if (value === undefined) continue;
    const labels = labelsOf(entry);
    const key = encodeSeriesKey(labelNames.map((label) => labels[label] ?? ''));
    const known = series.get(key);
    series.set(key, known === undefined ? value : merge(known, value));
  }
  return series;
};

const isLiveGauge = (name: string): name is LiveGaugeName => Object.hasOwn(LIVE_METRICS, name);

/** Names of all live gauges, in the contract's order. */
export const LIVE_GAUGES: readonly LiveGaugeName[] = Object.keys(LIVE_METRICS).filter(isLiveGauge);
