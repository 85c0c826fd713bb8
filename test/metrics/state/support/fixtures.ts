import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '../../../../src/context.ts';
import { type Host, systemHost } from '../../../../src/host/host.ts';
import type { ProcessIdentity } from '../../../../src/host/identity.ts';
import type { RunRecord } from '../../../../src/metrics/state/files/run-record.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { readView } from '../../../../src/metrics/state/reading/reader.ts';
import { openRun, type RunWriter, type RunWriterOptions } from '../../../../src/metrics/state/writing/run-writer.ts';
import type { MetricsView, Totals } from '../../../../src/metrics/view.ts';
import type { LiveOperation } from '../../../../src/tracking/live-operation.ts';

/** A directory that is gone after the test. */
export const temporaryDirectory = (t: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'skw-state-'));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return directory;
};

/** A state directory that does not exist yet, with a spill directory beside it. */
export const temporaryLocation = (t: TestContext): Required<StateLocation> => {
  const directory = temporaryDirectory(t);
  return { stateDir: join(directory, 'state'), spillDir: join(directory, 'spill') };
};

/** The real clocks, both moved forward by as much as wanted. */
export const movableClock = (): Clock & { advance(ms: number): void } => {
  let offsetMs = 0;
  return {
    wallMs: () => systemClock.wallMs() + offsetMs,
    monotonicMs: () => systemClock.monotonicMs() + offsetMs,
    advance: (ms) => {
      offsetMs += ms;
    },
  };
};

/** This process on this machine, but for what is given. */
export const hostWith = (identity: Partial<ProcessIdentity> = {}, clock: Clock = systemClock): Host => {
  const host = systemHost(clock);
  return { ...host, identity: { ...host.identity, ...identity } };
};

export const liveCopy = (overrides: Partial<LiveOperation> = {}): LiveOperation => ({
  operation: 'copy',
  sourceShort: 'docker:reg.example/team/app',
  destinationShort: 'oci:backup/app',
  step: 'copying_blob',
  startedMs: systemClock.monotonicMs() - 2000,
  lastProgressMs: systemClock.monotonicMs() - 500,
  blobsFinished: 1,
  transferredBytes: 1000,
  throughputBytesPerSecond: 500,
  ...overrides,
});

/** Totals of so many successful copies of one blob each. */
export const copies = (count: number, bytes = 100 * count): Totals => ({
  counters: {
    skopeo_operations_total: { 'copy\u001fsuccess': count },
    skopeo_blobs_total: { 'copy\u001fcopied': count },
    skopeo_transferred_bytes_total: { copy: bytes },
  },
  histograms: {
    skopeo_operation_duration_seconds: {
      copy: { counts: [0, 0, count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 0.7 * count },
    },
  },
});

export const recordOf = (host: Host, overrides: Partial<RunRecord> = {}): RunRecord => {
  const now = { wallMs: host.clock.wallMs(), monotonicMs: host.clock.monotonicMs() };
  return {
    identity: host.identity,
    state: 'live',
    started: now,
    heartbeat: now,
    heartbeatIntervalMs: 10_000,
    live: [],
    totals: copies(0),
    ...overrides,
  };
};

/** A run that fails the test when it warns. */
export const startRun = (location: StateLocation, options: Partial<RunWriterOptions> = {}): RunWriter =>
  openRun({
    location,
    host: hostWith(),
    heartbeatIntervalMs: 10_000,
    onWarning: (message) => {
      throw new Error(`unexpected warning: ${message}`);
    },
    ...options,
  });

export const finished = { exitCode: 0, durationSeconds: 3, success: true } as const;

/** A whole run: started, and finished with these totals. */
export const completeRun = (location: StateLocation, totals: Totals, options: Partial<RunWriterOptions> = {}): void => {
  startRun(location, options).finish({ ...finished, totals });
};

export const view = (location: StateLocation, host: Host = hostWith()): MetricsView =>
  readView({ locations: [location], host });

/** One counter of a view; 0 if there is no such series. */
export const counter = ({ totals }: Pick<MetricsView, 'totals'>, name: string, ...labels: string[]): number =>
  totals.counters[name]?.[labels.join('\u001f')] ?? 0;

/** All counters and histogram numbers of a view by one flat name each. */
export const flatNumbers = ({ totals, state }: MetricsView): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>();
  for (const [name, series] of Object.entries(totals.counters)) {
    for (const [key, value] of Object.entries(series)) numbers.set(`${name} ${key}`, value);
  }
  for (const [name, series] of Object.entries(totals.histograms)) {
    for (const [key, { counts, sum }] of Object.entries(series)) {
      numbers.set(`${name} ${key} sum`, sum);
      for (const [bucket, value] of counts.entries()) numbers.set(`${name} ${key} ${bucket}`, value);
    }
  }
  for (const [reason, value] of Object.entries(state?.errors ?? {})) numbers.set(`error ${reason}`, value);
  return numbers;
};

/** Whatever is smaller in `after` than in `before`. */
export const decreases = (before: MetricsView, after: MetricsView): readonly string[] => {
  const later = flatNumbers(after);
  return [...flatNumbers(before)]
    .filter(([name, value]) => (later.get(name) ?? 0) < value)
    .map(([name, value]) => `${name}: ${value} → ${later.get(name)}`);
};
