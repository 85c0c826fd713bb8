import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/context.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { SyncRunTracker } from '../../../src/sync/tracking/sync-run-tracker.ts';

const trackerOf = (...destinations: readonly string[]): SyncRunTracker => {
  const images = destinations.map((destination) => `  - { source: quay.io/a/b, destination: "${destination}" }\n`);
  return new SyncRunTracker(loadSyncFile('/m.yml', `images:\n${images.join('')}`, {}).job, systemClock, []);
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
