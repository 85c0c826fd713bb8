/**
 * What the state directory and the pages made of it cost: `node bench/state.ts [directory]` (default: below the temporary directory; give one
 * on the disk that is to be measured). Prints figures and ratios, and asserts nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/context.ts';
import { systemHost } from '../src/host/host.ts';
import { keepState } from '../src/metrics/keeper.ts';
import { createRecorder } from '../src/metrics/recorder.ts';
import { type PageFormat, renderPage } from '../src/metrics/registry/page.ts';
import { createRegistries } from '../src/metrics/registry/register-metrics.ts';
import { encodeRecord, pairOffset, slotOffset } from '../src/metrics/state/files/slot-file.ts';
import { fold } from '../src/metrics/state/folding/fold.ts';
import { createReader, readView } from '../src/metrics/state/reading/reader.ts';
import { openRun, type RunWriter } from '../src/metrics/state/writing/run-writer.ts';
import type { MetricsView, Totals } from '../src/metrics/view.ts';
import type { LiveOperation } from '../src/tracking/live-operation.ts';

const LIVE_RUNS = 200;
const FINISHED_RUNS = 10_000;
/** How often so many finished runs are folded. */
const FOLDS = Number(process.env.FOLDS ?? 1);

const host = systemHost(systemClock);

const totals: Totals = {
  counters: {
    skopeo_operations_total: { 'copy\u001fsuccess': 3, 'copy\u001ferror': 1, 'inspect\u001fsuccess': 2 },
    skopeo_operation_errors_total: { 'copy\u001ftimeout': 1 },
    skopeo_source_operations_total: { 'docker\u001fcopy': 4, 'docker\u001finspect': 2 },
    skopeo_destination_operations_total: { 'docker\u001fcopy': 4 },
    skopeo_blobs_total: { 'copy\u001fcopied': 21, 'copy\u001fskipped': 8 },
    skopeo_blobs_processed_total: { 'copy\u001fsuccess': 29 },
    skopeo_transferred_bytes_total: { copy: 734_003_200 },
    skopeo_skipped_bytes_total: { copy: 52_428_800 },
  },
  histograms: {
    skopeo_operation_duration_seconds: {
      copy: { counts: [0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 31.5 },
      inspect: { counts: [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 1.1 },
    },
    skopeo_blob_size_bytes: { copy: { counts: [1, 2, 3, 4, 5, 6, 4, 2, 1, 1, 0, 0, 0], sum: 786_432_000 } },
  },
};

const live = (run = 0): LiveOperation => ({
  operation: 'copy',
  sourceShort: `docker:registry.example:5000/team/application${run}`,
  destinationShort: 'docker:mirror.example:5000/team/application',
  step: 'copying_blob',
  startedMs: systemClock.monotonicMs() - 20_000,
  lastProgressMs: systemClock.monotonicMs() - 100,
  blobsFinished: 7,
  percent: 41,
  transferredBytes: 300_000_000,
  expectedBytes: 734_003_200,
  throughputBytesPerSecond: 15_000_000,
  etaSeconds: 29,
});

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** The median of so many times, by the clock and in processor time (which a busy machine does not stretch). */
const measure = async (times: number, act: (time: number) => unknown): Promise<Cost> => {
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
  const costs: Cost[] = [];
  for (let time = 0; time < times; time++) {
    const startMs = systemClock.monotonicMs();
    const startCpu = process.cpuUsage();
    await act(time);
    const { user, system } = process.cpuUsage(startCpu);
    costs.push({ wallMs: systemClock.monotonicMs() - startMs, cpuMs: (user + system) / 1000 });
  }
  return { wallMs: median(costs.map(({ wallMs }) => wallMs)), cpuMs: median(costs.map(({ cpuMs }) => cpuMs)) };
};

const show = (what: string, { wallMs, cpuMs }: Cost, limitMs: number): void => {
  const share = (wallMs / limitMs).toFixed(2);
  const columns = [wallMs, cpuMs].map((ms) => `${ms.toFixed(3).padStart(9)} ms`).join(' ');
  console.log(`${what.padEnd(52)} ${columns}   ${share} of ${limitMs} ms`);
};

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'skw-bench-'));
const newRun = (stateDir: string): RunWriter =>
  openRun({
    location: { stateDir },
    host,
    heartbeatIntervalMs: 10_000,
    job: { name: 'bench', maxAgeSeconds: 93_600 },
    onWarning: console.error,
  });
const end = { totals, exitCode: 0, durationSeconds: 20, success: true };

/** Finished runs as they lie on the disk, without the cost of their own syncs. */
const layDown = (stateDir: string, count: number, round = 0): void => {
  const now = { wallMs: systemClock.wallMs(), monotonicMs: systemClock.monotonicMs() };
  const record = {
    identity: host.identity,
    state: 'done',
    started: now,
    heartbeat: now,
    heartbeatIntervalMs: 10_000,
    job: { name: 'bench', maxAgeSeconds: 93_600 },
    outcome: { exitCode: 0, durationSeconds: 20, success: true },
    live: [],
    totals,
  };
  const bytes = Buffer.alloc(pairOffset(1));
  for (const seq of [1, 2]) encodeRecord({ seq, json: JSON.stringify(record) }).copy(bytes, slotOffset(0, seq));
  for (let run = 0; run < count; run++) writeFileSync(join(stateDir, `run.bench-${round}-${run}`), bytes);
};

/** The page of a view, as a listener makes it. */
const pages = (view: () => MetricsView) => {
  const info = { buildInfo: { version: '1', revision: 'unknown', nodeVersion: process.version } };
  const { shared, listener } = createRegistries({ view: async () => view(), info }, systemClock);
  return (format: PageFormat) => renderPage([shared, listener], format);
};

/** What a running copy does every ten seconds. */
const heartbeats = (stateDir: string): (() => Promise<void>) => {
  const recorder = createRecorder({ clock: systemClock, pid: process.pid });
  const identity = { operation: 'copy', sourceTransport: 'docker', destinationTransport: 'docker' } as const;
  recorder.operationStarted({ identity, live });
  for (const [index, outcome] of (['copied', 'skipped', 'copied'] as const).entries()) {
    const blob = { kind: 'layer', digest: `sha256:${index}`, outcome, sizeBytes: 10 ** (3 * index) } as const;
    recorder.blobFinished(identity, blob);
    recorder.blobSized(identity, blob);
    recorder.bytesTransferred(identity, blob.sizeBytes);
  }
  const keeper = keepState(recorder, {
    location: { stateDir },
    host,
    heartbeatIntervalMs: 10_000,
    job: undefined,
    onWarning: console.error,
  });
  return () => {
    recorder.heartbeat();
    return keeper.keep();
  };
};

console.log(`${''.padEnd(60)}clock    processor   share of the limit`);
try {
  const few = join(directory, 'few');
  const runs = Array.from({ length: LIVE_RUNS }, () => newRun(few));
  const [first] = runs;
  for (const [index, run] of runs.entries()) run.write({ totals, live: [live(index)] });
  show('a record', await measure(2000, () => first?.write({ totals, live: [live()] })), 0.2);
  show('heartbeat: reading the counters, a record', await measure(2000, heartbeats(join(directory, 'beats'))), 0.5);

  const starts: RunWriter[] = [];
  const start = await measure(30, () => starts.push(newRun(join(directory, 'ends'))));
  show('start of a run (two syncs)', start, 5);
  show('end of a run (one sync)', await measure(30, (time) => starts[time]?.finish(end)), 5);

  const locations = [{ stateDir: few }];
  const reader = createReader({ locations, host });
  reader.read();
  const merge = await measure(20, () => reader.read());
  show(`merge, ${LIVE_RUNS} live runs`, merge, 50);
  const page = pages(() => reader.read());
  const scrape = await measure(20, () => page('text'));
  show('… and the page of it: a scrape', scrape, 50);
  show('… in OpenMetrics', await measure(20, () => page('openmetrics')), 50);

  layDown(few, FINISHED_RUNS);
  show(
    `first read, ${FINISHED_RUNS} finished runs more, unfolded`,
    await measure(1, () => readView({ locations, host })),
    1000,
  );
  reader.read();
  show('… and again by a reader that stays', await measure(5, () => reader.read()), 1000);
  show('… folding them', await measure(1, () => fold({ stateDir: few }, host)), 5000);
  for (let round = 1; round < FOLDS; round++) {
    layDown(few, FINISHED_RUNS, round);
    fold({ stateDir: few }, host);
  }
  newRun(few).finish(end);
  fold({ stateDir: few }, host);
  const folded = await measure(20, () => page('text'));
  show(`scrape, ${LIVE_RUNS} live runs, ${FOLDS * FINISHED_RUNS} folded`, folded, 50);
  console.log(
    `ratio of scrapes, with ${FOLDS * FINISHED_RUNS} earlier runs to without: ${(folded.cpuMs / scrape.cpuMs).toFixed(2)}`,
  );
} finally {
  rmSync(directory, { recursive: true });
}
