import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { SyncRunTracker } from '../../../src/sync/tracking/sync-run-tracker.ts';

const { job } = loadSyncFile('/mirror.yml', 'images: [{ source: a.example/x, destination: b.example/x }]', {});

const start = () => {
  const time = { ms: 0 };
  const run = new SyncRunTracker(job, { wallMs: () => time.ms, monotonicMs: () => time.ms }, []);
  const silentMs = () => time.ms - run.live().lastProgressMs;
  return { time, run, silentMs };
};

test('a run in which nothing moves stands still', () => {
  const { time, silentMs } = start();
  time.ms = 400_000;
  assert.equal(silentMs(), 400_000);
});

test('a run that waits as a registry asked does not stand still, until the pause is over', () => {
  const { time, run, silentMs } = start();
  run.paused('a.example', 300);
  time.ms = 299_000;
  assert.equal(silentMs(), 0);
  time.ms = 301_000;
  assert.equal(silentMs(), 1_000);
});
