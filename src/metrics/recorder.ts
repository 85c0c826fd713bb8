import type { Clock } from '../context.ts';
import { defined } from '../defined.ts';
import type { LiveSource, OperationObserver } from '../tracking/observer.ts';
import type { Status } from '../tracking/vocabulary.ts';
import { JOB_NAME, OTHER, REGISTRY } from './contract/definition.ts';
import { countBlobSize, countFinishedBlob, countFinishedOperation } from './facts.ts';
import { createCounts } from './registry/counts.ts';
import { type RunSubject, runSubjectOf } from './run-history.ts';
import type { LiveEntry, Totals } from './view.ts';

interface RecorderOptions {
  readonly clock: Clock;
  readonly pid: number;
  readonly jobName?: string;
}

/** The counts of one process so far and its running operations, at one moment. */
interface Recording {
  readonly totals: Totals;
  readonly live: readonly LiveEntry[];
  /** Of the first operation; undefined: none has begun. */
  readonly subject: RunSubject | undefined;
}

/** Counts the facts of the operations of one process. */
export interface Recorder extends Required<OperationObserver> {
  /** Passes the record of this moment to `use`: nothing is counted between making it and `use`. */
  read<Result>(use: (recording: Recording) => Result): Promise<Result>;
  /** Shows that the process is alive; between two calls the heartbeat gauge does not change. */
  heartbeat(): void;
  /** The whole run ended; this only counts if it has a job name. */
  runFinished(status: Status): void;
}

/** The label of a registry: its name, or `_other` if there are too many or it is not a host. */
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

/** Adds each fact once to prom-client's counters and histograms. */
export const createRecorder = ({ clock, pid, jobName }: RecorderOptions): Recorder => {
  const sink = createCounts();
  const running = new Set<LiveSource>();
  const finished = new WeakSet<LiveSource>();
  const registryLabel = createRegistryLabel();
  let heartbeatWallMs = clock.wallMs();
  let subject: RunSubject | undefined;

  const live = (): readonly LiveEntry[] => {
    const nowMs = clock.monotonicMs();
    const process = { heartbeatWallMs, nowMs, pid, ...defined({ jobName }) };
    return [...running].map((source) => ({ live: source.live(), ...process }));
  };

  return {
    read: (use) => sink.read((totals) => use({ totals, live: live(), subject })),
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
      subject ??= runSubjectOf(source.live());
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
