import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runIdentityOf } from '../../../src/cli/sync/run-sync.ts';
import { syncText } from '../../../src/display/sync/sync-text.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { SyncRunTracker } from '../../../src/tracking/sync-run-tracker.ts';

const { job } = loadSyncFile('/mirror.yml', 'images: [{ source: a.example/x, destination: b.example/x }]', {});

const start = () => {
  const time = { ms: 0 };
  const run = new SyncRunTracker(runIdentityOf(job), { wallMs: () => time.ms, monotonicMs: () => time.ms }, []);
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

test('a registry that lets questions wait is named until it answers', () => {
  const { run, text, time } = start();
  run.observer.questionAsked?.('a.example');
  run.observer.questionAsked?.('a.example');
  time.ms = 9000;
  assert.equal(text(), 'listing');
  time.ms = 32_000;
  assert.equal(text(), 'listing, no answer from a.example for 32 s');
  run.observer.questionClosed?.('a.example', false);
  assert.equal(text(), 'listing, no answer from a.example for 32 s');
  run.observer.questionClosed?.('a.example', true);
  assert.equal(text(), 'listing');
  run.observer.questionAsked?.('a.example');
  assert.equal(text(), 'listing');
});

test('a registry that answers some of many questions is not said to be silent', () => {
  const { run, text, time } = start();
  for (let count = 0; count < 3; count++) run.observer.questionAsked?.('a.example');
  time.ms = 15_000;
  run.observer.questionClosed?.('a.example', true);
  time.ms = 20_000;
  assert.equal(text(), 'listing');
});
