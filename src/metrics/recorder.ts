import type { Registry } from 'prom-client';
import type { Clock } from '../context.ts';
import type { LiveSource, OperationObserver } from '../tracking/observer.ts';
import type { Status } from '../tracking/vocabulary.ts';
import { OTHER } from './contract/definition.ts';
import { JOB_NAME, REGISTRY } from './contract/label-values.ts';
import { countBlobSize, countFinishedBlob, countFinishedOperation } from './facts.ts';
import { registerLiveGauges } from './registry-gauges.ts';
import { createRegistrySink } from './registry-sink.ts';
import { teeSink } from './sink.ts';
import { collectTotals } from './totals/collect.ts';
import type { LiveEntry, Totals } from './view.ts';

export interface RecorderOptions {
  /** Holds the metrics from now on, next to whatever it holds already. */
  readonly registry: Registry;
  readonly clock: Clock;
  readonly pid: number;
  readonly jobName?: string;
}

/** Counts the facts of the operations of one process. */
export interface Recorder extends Required<OperationObserver> {
  /** What this process counted so far, to be stored or merged. */
  totals(): Totals;
  /** Its running operations, for this moment. */
  live(): readonly LiveEntry[];
  /** Says that the process is alive; between two calls the heartbeat gauge stands still. */
  heartbeat(): void;
  /** The run as a whole ended; counts only if it has a job name. */
  runFinished(status: Status): void;
}

/** The label of a registry: itself, or `_other` beyond the contract's limit or where it is no host. */
const createRegistryLabel = () => {
  const seen = new Set<string>();
  const { limit, pattern } = REGISTRY;
  return (registry: string): string => {
    const name = registry.toLowerCase();
    if (seen.has(name)) return name;
    if (seen.size >= limit || !pattern.test(name)) return OTHER;
    seen.add(name);
    return name;
  };
};

/**
 * Counts each fact once, in prom-client's registry and, as prom-client can be read only slowly and asynchronously, in
 * totals of its own beside it.
 */
export const createRecorder = ({ registry, clock, pid, jobName }: RecorderOptions): Recorder => {
  const collector = collectTotals();
  const sink = teeSink(createRegistrySink(registry), collector);
  const running = new Set<LiveSource>();
  const finished = new WeakSet<LiveSource>();
  const registryLabel = createRegistryLabel();
  let heartbeatWallMs = clock.wallMs();

  const live = (): readonly LiveEntry[] => {
    const nowMs = clock.monotonicMs();
    const process = { heartbeatWallMs, nowMs, pid, ...(jobName === undefined ? {} : { jobName }) };
    return [...running].map((source) => ({ live: source.live(), ...process }));
  };
  registerLiveGauges(registry, live);

  return {
    totals: () => collector.totals(),
    live,
    heartbeat: () => {
      heartbeatWallMs = clock.wallMs();
    },
    runFinished: (status) => {
      if (jobName === undefined) return;
      const label = JOB_NAME.pattern.test(jobName) ? jobName : OTHER;
      sink.count('skopeo_job_runs_total', { job_name: label, status });
    },
    operationStarted: (source) => {
      running.add(source);
      heartbeatWallMs = clock.wallMs();
    },
    partStarted: (source) => {
      running.add(source);
    },
    partFinished: (source) => {
      running.delete(source);
    },
    blobFinished: ({ operation }, blob) => countFinishedBlob(sink, operation, blob),
    blobSized: ({ operation }, blob) => countBlobSize(sink, operation, blob),
    bytesTransferred: ({ operation }, deltaBytes) => {
      if (deltaBytes > 0) sink.count('skopeo_transferred_bytes_total', { operation }, deltaBytes);
    },
    retrying: ({ operation }, errorType) =>
      sink.count('skopeo_operation_retries_total', { operation, error_type: errorType }),
    rateLimited: (host) => sink.count('skopeo_rate_limit_hits_total', { registry: registryLabel(host) }),
    imageFinished: (outcome) => sink.count('skopeo_sync_images_total', { outcome }),
    operationFinished: (source, result) => {
      running.delete(source);
      if (finished.has(source)) return;
      finished.add(source);
      countFinishedOperation(sink, {
        ...source.identity,
        durationSeconds: result.durationSeconds,
        ...(result.outcome === 'error' ? { errorType: result.errorType ?? 'unknown' } : {}),
      });
    },
  };
};
