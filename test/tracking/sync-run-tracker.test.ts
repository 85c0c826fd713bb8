import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runIdentityOf } from '../../src/cli/sync/run-sync.ts';
import { systemClock } from '../../src/context.ts';
import { loadSyncFile } from '../../src/sync/config/load-sync-file.ts';
import { SyncRunTracker } from '../../src/tracking/sync-run-tracker.ts';

const { job } = loadSyncFile('/mirror.yml', 'images: [{ source: a.example/x, destination: b.example/x }]', {});

const start = () => {
  const time = { ms: 0 };
  const run = new SyncRunTracker(runIdentityOf(job), { wallMs: () => time.ms, monotonicMs: () => time.ms }, []);
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

const trackerOf = (...destinations: readonly string[]): SyncRunTracker => {
  const images = destinations.map((destination) => `  - { source: quay.io/a/b, destination: "${destination}" }\n`);
  return new SyncRunTracker(
    runIdentityOf(loadSyncFile('/m.yml', `images:\n${images.join('')}`, {}).job),
    systemClock,
    [],
  );
};

test('a job with one destination registry names it while it runs', () => {
  const nameOf = (...destinations: readonly string[]) => trackerOf(...destinations).live().destinationShort;
  assert.equal(nameOf('r.example:5000/{{path}}', 'r.example:5000/x/{{name}}:{{tag}}'), 'docker:r.example:5000');
  assert.equal(nameOf('r.example/{{path}}', 's.example/{{path}}'), '');
  assert.equal(nameOf('r.example/{{path}}', 'dir:/srv/{{path}}'), '');
  assert.equal(nameOf('dir:/srv/{{path}}'), '');
});

test('the transport of the destination is the one that all have', () => {
  const transportOf = (...destinations: readonly string[]) => trackerOf(...destinations).identity.destinationTransport;
  assert.equal(transportOf('oci-archive:/srv/{{name}}.tar'), 'oci_archive');
  assert.equal(transportOf('r.example/{{path}}', 'dir:/srv/{{path}}'), 'docker');
});
