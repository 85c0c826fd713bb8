import type { Clock } from '../../src/context.ts';
import { collectTotals } from '../../src/metrics/collected-totals.ts';
import {
  countBlobSize,
  countFinishedBlob,
  countFinishedOperation,
  countOrphanedOperation,
} from '../../src/metrics/facts.ts';
import { type PageFormat, renderPage } from '../../src/metrics/registry/page.ts';
import { createRegistries } from '../../src/metrics/registry/register-metrics.ts';
import type { WriterInfo } from '../../src/metrics/registry/view-samples.ts';
import type { LiveEntry, MetricsView, Totals } from '../../src/metrics/view.ts';
import type { LiveOperation } from '../../src/tracking/live-operation.ts';

export const liveOperation = (changes: Partial<LiveOperation> = {}): LiveOperation => ({
  operation: 'copy',
  sourceShort: 'docker:reg.example:5000/team/app',
  destinationShort: 'oci:mirror/app',
  step: 'copying_blob',
  startedMs: 10_000,
  lastProgressMs: 18_000,
  blobsFinished: 5,
  transferredBytes: 4_096,
  throughputBytesPerSecond: 512,
  ...changes,
});

export const liveEntry = (changes: Partial<LiveOperation> = {}): LiveEntry => ({
  live: liveOperation(changes),
  heartbeatWallMs: 1_700_000_000_000,
  nowMs: 20_000,
  pid: 42,
});

const someTotals = (): Totals => {
  const sink = collectTotals();
  const copy = { operation: 'copy', sourceTransport: 'docker', destinationTransport: 'oci' } as const;
  countFinishedOperation(sink, { ...copy, durationSeconds: 12.5 });
  countFinishedOperation(sink, { ...copy, durationSeconds: 4_000, errorType: 'connection_lost' });
  countOrphanedOperation(sink, { operation: 'sync', sourceTransport: 'docker', durationSeconds: 0.1 });
  const blobs = [
    { kind: 'layer', digest: 'sha256:1', outcome: 'copied', sizeBytes: 5_000_000 },
    { kind: 'layer', digest: 'sha256:2', outcome: 'skipped', sizeBytes: 700 },
  ] as const;
  for (const blob of blobs) {
    countFinishedBlob(sink, 'copy', blob);
    countBlobSize(sink, 'copy', blob);
  }
  countFinishedBlob(sink, 'copy', { kind: 'config', digest: 'sha256:3', outcome: 'failed' });
  sink.count('skopeo_transferred_bytes_total', { operation: 'copy' }, 5_000_123);
  sink.count('skopeo_sync_images_total', { outcome: 'unchanged' }, 7);
  sink.count('skopeo_operation_retries_total', { operation: 'copy', error_type: 'timeout' });
  sink.count('skopeo_rate_limit_hits_total', { registry: 'docker.io' });
  sink.count('skopeo_job_runs_total', { job_name: 'nightly', status: 'success' }, 3);
  return sink.totals();
};

/** A view in which every metric of the contract has a sample. */
export const aView = (): MetricsView => ({
  totals: someTotals(),
  live: [liveEntry({ percent: 40, expectedBytes: 10_000, etaSeconds: 11.5, queued: 2 })],
  jobs: [
    {
      jobName: 'nightly',
      lastSuccessSeconds: 1_700_000_000,
      lastFailureSeconds: 0,
      lastRunSeconds: 1_700_000_000,
      lastDurationSeconds: 61.25,
      lastExitCode: 0,
      maxAgeSeconds: 93_600,
    },
  ],
  state: {
    runs: { live: 1, done: 2, dead: 1, damaged: 0 },
    errors: { damaged_run: 1, damaged_aggregate: 0, unreadable: 0, refused: 0, spilled: 0 },
    mergeSeconds: 0.015,
    writable: true,
    freeBytes: 123_456_789,
  },
});

export const writerInfo: WriterInfo = {
  buildInfo: { version: '0.1.0', revision: 'abc1234', nodeVersion: 'v24.1.0' },
  binaryInfo: { available: true, version: '1.9.3' },
};

const clock: Clock = { wallMs: () => 1_700_000_100_500, monotonicMs: () => 0 };

/** The page of a view. */
export const pageOf = (
  view: MetricsView,
  target: 'listener' | 'textfile',
  format: PageFormat = 'text',
  info: WriterInfo = writerInfo,
): Promise<string> => {
  const registries = createRegistries({ view: async () => view, info }, clock);
  return renderPage([registries.shared, registries[target]], format);
};
