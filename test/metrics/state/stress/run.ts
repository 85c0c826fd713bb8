import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../../src/context.ts';
import { systemHost } from '../../../../src/host/host.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { openRun } from '../../../../src/metrics/state/writing/run-writer.ts';
import type { Totals } from '../../../../src/metrics/view.ts';
import type { LiveOperation } from '../../../../src/tracking/live-operation.ts';
import type { Counted } from './journal.ts';

/**
 * One process of the stress test: a run of some copies of some blobs each. Notes in a journal of its own what it is
 * about to store, and then that it has stored it. A victim goes on until it is killed; one that is to be killed in a copy
 * stops in its first one, and says so.
 */
const { location, journal, victim } = JSON.parse(process.argv[2] ?? '') as {
  location: StateLocation;
  journal: string;
  victim?: 'anywhere' | 'in a copy';
};
process.stdout.write('started');
const random = (limit: number) => 1 + Math.floor(Math.random() * limit);
const notes = openSync(journal, 'a');
const host = systemHost(systemClock);
const counted: Counted = { runs: 1, copies: 0, blobs: 0, bytes: 0, orphans: 0 };
let live: LiveOperation[] = [];

const noted = (store: () => void): void => {
  writeSync(notes, `${JSON.stringify({ ...counted, orphans: live.length })}\n`);
  store();
  writeSync(notes, 'stored\n');
};
const totals = (): Totals => ({
  counters: {
    skopeo_operations_total: { 'copy\u001fsuccess': counted.copies },
    skopeo_blobs_total: { 'copy\u001fcopied': counted.blobs },
    skopeo_transferred_bytes_total: { copy: counted.bytes },
  },
  histograms: {},
});

let writer: ReturnType<typeof openRun> | undefined;
noted(() => {
  writer = openRun({
    location,
    host,
    heartbeatIntervalMs: 10_000,
    job: { name: 'stress', maxAgeSeconds: 60 },
    onWarning: (message) => process.stderr.write(`${message}\n`),
  });
});

const copyBlob = () => {
  counted.blobs += 1;
  counted.bytes += random(1_000_000_000);
};
for (let copy = random(3); copy > 0 || victim !== undefined; copy--) {
  const nowMs = systemClock.monotonicMs();
  live = [
    {
      operation: 'copy',
      sourceShort: 'docker:registry.example/app',
      destinationShort: 'oci:app',
      step: 'copying_blob',
      startedMs: nowMs,
      lastProgressMs: nowMs,
      blobsFinished: 0,
      transferredBytes: 0,
      throughputBytesPerSecond: 0,
    },
  ];
  noted(() => writer?.write({ totals: totals(), live }));
  for (let blob = random(4); blob > 0; blob--) {
    await delay(random(15));
    copyBlob();
    noted(() => writer?.write({ totals: totals(), live }));
    if (victim === 'in a copy') {
      process.stdout.write('copying');
      await delay(2 ** 30);
    }
  }
  live = [];
  counted.copies += 1;
  noted(() => writer?.write({ totals: totals(), live }));
}
noted(() => writer?.finish({ totals: totals(), exitCode: 0, durationSeconds: 1, success: true }));
closeSync(notes);
