import { BLOB_SIZE_BYTES_BUCKETS, DURATION_SECONDS_BUCKETS } from '../../src/metrics/contract/buckets.ts';
import type { ErrorType, Operation, Step } from '../../src/tracking/vocabulary.ts';
import { Counters, Histogram } from './counters.ts';
import { seededRandom } from './random.ts';

const IMAGES = ['library/debian', 'library/postgres', 'team/api', 'team/web', 'models/llm', 'infra/proxy'];
const ERRORS: readonly ErrorType[] = ['rate_limited', 'timeout', 'not_found', 'unauthorized', 'server_error'];

/** An operation of the synthetic host. Times are Unix seconds. */
export interface SyntheticOperation {
  readonly operation: Operation;
  readonly source: string;
  readonly destination: string;
  readonly startedSeconds: number;
  readonly expectedBytes: number;
  readonly bytesPerSecond: number;
  /** Stops moving for ten minutes in its middle. */
  readonly hangs: boolean;
  readonly jobName?: string;
  transferredBytes: number;
  blobsFinished: number;
  lastProgressSeconds: number;
  step: Step;
}

/** The last run of a named job of the synthetic host. */
export interface SyntheticJob {
  lastSuccessSeconds: number;
  lastFailureSeconds: number;
  lastRunSeconds: number;
  lastDurationSeconds: number;
  lastExitCode: number;
}

/**
 * Plays a host that copies and syncs images, with everything that the metrics tell: results, retries, rate limits, a
 * hanging copy, a killed one, a job that nobody cares for. Made up, but the same for the same seed.
 */
export class SyntheticHost {
  readonly counters = new Counters();
  readonly duration = new Histogram(DURATION_SECONDS_BUCKETS);
  readonly blobSize = new Histogram(BLOB_SIZE_BYTES_BUCKETS);
  readonly jobs = new Map<string, SyntheticJob>();
  active: SyntheticOperation[] = [];
  nowSeconds: number;
  readonly #random: () => number;
  #started = 0;

  constructor(seed: number, startSeconds: number) {
    this.#random = seededRandom(seed);
    this.nowSeconds = startSeconds;
    this.jobs.set('legacy', {
      lastSuccessSeconds: startSeconds - 27 * 3600,
      lastFailureSeconds: startSeconds - 600,
      lastRunSeconds: startSeconds - 600,
      lastDurationSeconds: 42,
      lastExitCode: 3,
    });
  }

  /** Lets so many seconds pass. */
  advance(seconds: number): void {
    this.nowSeconds += seconds;
    if (this.active.length < 6 && this.#random() < seconds / 90) this.start('copy');
    if (this.#random() < seconds / 200) this.#finish(this.#begin('inspect', 0), 'success');
    if (!this.active.some(({ operation }) => operation === 'sync') && this.#random() < seconds / 1500)
      this.start('sync');
    for (const operation of this.active) this.#move(operation, seconds);
    this.active = this.active.filter((operation) => !this.#ends(operation));
  }

  #begin(operation: Operation, expectedBytes: number): SyntheticOperation {
    const image = IMAGES[Math.floor(this.#random() * IMAGES.length)] ?? '';
    this.#started++;
    return {
      operation,
      source: operation === 'sync' ? 'yaml:mirror.yml' : `docker:docker.io/${image}`,
      destination:
        operation === 'inspect'
          ? ''
          : operation === 'sync'
            ? 'docker:registry.example'
            : `docker:registry.example/${image}`,
      startedSeconds: this.nowSeconds,
      expectedBytes,
      bytesPerSecond: (4 + 20 * this.#random()) * 1e6,
      hangs: this.#started % 40 === 39,
      ...(operation === 'sync' ? { jobName: 'mirror' } : this.#random() < 0.5 ? { jobName: 'base-images' } : {}),
      transferredBytes: 0,
      blobsFinished: 0,
      lastProgressSeconds: this.nowSeconds,
      step: operation === 'copy' || operation === 'sync' ? 'starting' : 'running',
    };
  }

  /** Begins an operation now. */
  start(operation: 'copy' | 'sync'): void {
    const bytes = operation === 'sync' ? 8e9 : 10 ** (7.5 + 2.2 * this.#random());
    this.active.push(this.#begin(operation, bytes));
  }

  #move(operation: SyntheticOperation, seconds: number): void {
    const age = this.nowSeconds - operation.startedSeconds;
    if (operation.hangs && age > 60 && age < 660) return;
    const bytes = Math.min(
      operation.bytesPerSecond * seconds * (0.6 + 0.8 * this.#random()),
      operation.expectedBytes - operation.transferredBytes,
    );
    operation.transferredBytes += bytes;
    operation.lastProgressSeconds = this.nowSeconds;
    operation.step = operation.transferredBytes < operation.expectedBytes ? 'copying_blob' : 'writing_manifest';
    this.counters.add('skopeo_transferred_bytes_total', { operation: operation.operation }, bytes);
    if (this.#random() < seconds / 20) this.#finishBlob(operation);
    if (this.#random() < seconds / 3000) this.#retry(operation);
  }

  #finishBlob(operation: SyntheticOperation): void {
    const { operation: name } = operation;
    const size = 10 ** (3.5 + 5.2 * this.#random());
    const skipped = this.#random() < 0.4;
    operation.blobsFinished++;
    this.blobSize.observe({ operation: name }, size);
    this.counters.add('skopeo_blobs_total', { operation: name, outcome: skipped ? 'skipped' : 'copied' });
    this.counters.add('skopeo_blobs_processed_total', { operation: name, status: 'success' });
    if (skipped) this.counters.add('skopeo_skipped_bytes_total', { operation: name }, size);
    if (name === 'sync') {
      const outcome = ['copied', 'unchanged', 'unchanged', 'unchanged', 'skipped', 'failed'][
        Math.floor(this.#random() * 5.1)
      ];
      this.counters.add('skopeo_sync_images_total', { outcome: outcome ?? 'unchanged' });
    }
  }

  #retry({ operation }: SyntheticOperation): void {
    const limited = this.#random() < 0.4;
    this.counters.add('skopeo_operation_retries_total', {
      operation,
      error_type: limited ? 'rate_limited' : 'timeout',
    });
    if (limited) this.counters.add('skopeo_rate_limit_hits_total', { registry: 'docker.io' });
  }

  #ends(operation: SyntheticOperation): boolean {
    if (operation.transferredBytes < operation.expectedBytes) return false;
    const killed = this.#random() < 0.01;
    if (killed) this.counters.add('skopeo_orphaned_operations_total', { operation: operation.operation });
    this.#finish(operation, killed || this.#random() < 0.05 ? 'error' : 'success', killed);
    return true;
  }

  #finish(operation: SyntheticOperation, status: 'success' | 'error', killed = false): void {
    const { operation: name, jobName } = operation;
    const seconds = this.nowSeconds - operation.startedSeconds + 0.2 + this.#random();
    this.counters.add('skopeo_operations_total', { operation: name, status });
    this.duration.observe({ operation: name }, seconds);
    this.counters.add('skopeo_source_operations_total', {
      operation: name,
      source_type: name === 'sync' ? 'yaml' : 'docker',
    });
    if (operation.destination !== '') {
      this.counters.add('skopeo_destination_operations_total', { operation: name, destination_type: 'docker' });
    }
    if (status === 'error') {
      const cause = ERRORS[Math.floor(this.#random() * ERRORS.length)] ?? 'unknown';
      this.counters.add('skopeo_operation_errors_total', { operation: name, error_type: killed ? 'crashed' : cause });
    }
    if (jobName !== undefined) this.#finishJob(jobName, status, seconds, killed);
  }

  #finishJob(jobName: string, status: 'success' | 'error', seconds: number, killed: boolean): void {
    const before = this.jobs.get(jobName) ?? { lastSuccessSeconds: 0, lastFailureSeconds: 0 };
    this.counters.add('skopeo_job_runs_total', { job_name: jobName, status });
    this.jobs.set(jobName, {
      lastSuccessSeconds: status === 'success' ? this.nowSeconds : before.lastSuccessSeconds,
      lastFailureSeconds: status === 'error' ? this.nowSeconds : before.lastFailureSeconds,
      lastRunSeconds: this.nowSeconds,
      lastDurationSeconds: seconds,
      lastExitCode: status === 'success' ? 0 : killed ? 137 : 1,
    });
  }
}
