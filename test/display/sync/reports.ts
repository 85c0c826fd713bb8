import { type ImageReport, reportTotals, type SyncReport } from '../../../src/sync/report.ts';

/** What became of an image of that name. */
export const image = (name: string, outcome: ImageReport['outcome'], more: Partial<ImageReport> = {}): ImageReport => ({
  source: `docker://s.example/${name}:1`,
  destination: `docker://m.example/${name}:1`,
  outcome,
  reason: '',
  bytes: 0,
  seconds: 0,
  attempts: 1,
  ...more,
});

/** A report of a run with these images. */
export const report = (images: readonly ImageReport[], more: Partial<SyncReport> = {}): SyncReport => ({
  version: 1,
  startedAt: '2026-01-01T00:00:00Z',
  durationSeconds: 75.2,
  exitCode: 0,
  images,
  failures: [],
  dropped: 0,
  otherShards: 0,
  totals: reportTotals(images),
  ...more,
});

export const FAILED = image('b', 'failed', {
  errorType: 'unauthorized',
  message: 'authentication\n required',
  next: 'Log in.',
});
