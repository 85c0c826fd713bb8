import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncText } from '../../../src/display/sync/sync-text.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { SyncRunTracker } from '../../../src/sync/tracking/sync-run-tracker.ts';

const { job } = loadSyncFile('/mirror.yml', 'images: [{ source: a.example/x, destination: b.example/x }]', {});

const start = () => {
  const time = { ms: 0 };
  const run = new SyncRunTracker(job, { wallMs: () => time.ms, monotonicMs: () => time.ms }, []);
  return { time, run, text: () => syncText(run, []) };
};

test('the phases of a run are told apart', () => {
  const { run, text } = start();
  assert.equal(text(), 'listing');
  run.observer.checked?.(3, 10);
  assert.equal(text(), 'compared 3 of 10 images');
  run.observer.queueChanged?.(4);
  run.observer.imageFinished?.('unchanged');
  run.observer.imageFinished?.('copied');
  assert.equal(text(), '2 of 10 images, 1 copied, 0 running, 4 waiting, 0 B/s');
  run.observer.imageFinished?.('failed');
  assert.match(text(), /^3 of 10 images, 1 copied, 1 failed, /);
});

test('sources that are left for later are counted', () => {
  const { run, text } = start();
  run.observer.imageFinished?.('copied');
  run.observer.sourcesLeft?.(1);
  assert.match(text(), /, 1 source not listed yet$/);
  run.observer.sourcesLeft?.(0);
  assert.doesNotMatch(text(), /not listed/);
});

test('a registry that asks to wait is named for as long as it is waited for', () => {
  const { run, text, time } = start();
  run.paused('a.example', 90);
  assert.equal(text(), 'listing, a.example asks to wait 1 min 30 s');
  time.ms = 60_000;
  run.observer.imageFinished?.('copied');
  assert.match(text(), /, a\.example asks to wait 30 s$/);
  time.ms = 90_000;
  assert.doesNotMatch(text(), /a\.example/);
});
