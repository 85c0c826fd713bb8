import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRunRecord } from '../../../../src/metrics/state/files/run-record.ts';
import { newestRecord } from '../../../../src/metrics/state/files/slot-file.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import {
  completeRun,
  copies,
  counter,
  finished,
  hostWith,
  liveCopy,
  movableClock,
  startRun,
  temporaryLocation,
  view,
} from '../support/fixtures.ts';

const recordIn = ({ stateDir }: StateLocation) => {
  const [name = ''] = readdirSync(stateDir).filter((entry) => entry.startsWith('run.'));
  const parsed = parseRunRecord(newestRecord(readFileSync(join(stateDir, name)))?.json ?? '');
  assert.ok(parsed.ok);
  return parsed.record;
};

const successes = (location: StateLocation, host = hostWith()) =>
  counter(view(location, host), 'skopeo_operations_total', 'copy', 'success');

test('a run is there from its start, with what it does', (t) => {
  const location = temporaryLocation(t);
  const run = startRun(location, { job: { name: 'nightly', maxAgeSeconds: 60 } });
  assert.equal(recordIn(location).state, 'live');
  const live = [liveCopy()];
  run.write({ totals: copies(1), live });
  const record = recordIn(location);
  assert.deepEqual(record.live, live);
  assert.deepEqual(record.job, { name: 'nightly', maxAgeSeconds: 60 });
  run.finish({ ...finished, totals: copies(2) });
});

test('the end of a run is kept in both slots and final', (t) => {
  const location = temporaryLocation(t);
  const run = startRun(location);
  run.write({ totals: copies(1), live: [liveCopy()] });
  run.finish({ totals: copies(2), exitCode: 3, durationSeconds: 9, success: false });
  run.write({ totals: copies(7), live: [] });
  run.finish({ ...finished, totals: copies(7) });
  const record = recordIn(location);
  assert.equal(record.state, 'done');
  assert.deepEqual(record.outcome, { exitCode: 3, durationSeconds: 9, success: false });
  assert.deepEqual(record.live, []);
  assert.deepEqual([run.failed, run.spilled], [false, false]);
  const [name = ''] = readdirSync(location.stateDir);
  const file = readFileSync(join(location.stateDir, name));
  for (const slot of [file.subarray(0, 4096), Buffer.concat([Buffer.alloc(4096), file.subarray(4096)])]) {
    assert.match(newestRecord(slot)?.json ?? '', /"state":"done"/);
  }
});

test('a missing directory is made', (t) => {
  const { stateDir } = temporaryLocation(t);
  const location = { stateDir: join(stateDir, 'deep', 'down') };
  completeRun(location, copies(1));
  assert.equal(successes(location), 1);
});

test('a directory deleted meanwhile is made again, and counting goes on from there', (t) => {
  const location = temporaryLocation(t);
  const run = startRun(location);
  run.write({ totals: copies(5), live: [] });
  rmSync(location.stateDir, { recursive: true });
  run.write({ totals: copies(6), live: [] });
  run.finish({ ...finished, totals: copies(8) });
  assert.equal(successes(location), 3);
});

test('a run that cannot be kept warns once and does no harm', (t) => {
  const { stateDir } = temporaryLocation(t);
  writeFileSync(stateDir, 'in the way');
  const warnings: string[] = [];
  const run = startRun({ stateDir }, { onWarning: (message) => warnings.push(message) });
  run.write({ totals: copies(1), live: [] });
  run.finish({ ...finished, totals: copies(1) });
  assert.deepEqual(warnings, [
    `cannot write to the state directory ${stateDir} (EEXIST: file already exists); the metrics of this run are not kept`,
  ]);
  assert.equal(run.failed, true);
});

test('a run whose directory comes back is kept after all', (t) => {
  const { stateDir } = temporaryLocation(t);
  writeFileSync(stateDir, 'in the way');
  const run = startRun({ stateDir }, { onWarning: () => {} });
  unlinkSync(stateDir);
  run.finish({ ...finished, totals: copies(4) });
  assert.equal(run.failed, false);
  assert.equal(successes({ stateDir }), 4);
});

test('a run that the state directory cannot take is kept in the spill directory and counted', (t) => {
  const location = temporaryLocation(t);
  writeFileSync(location.stateDir, 'in the way');
  const warnings: string[] = [];
  const run = startRun(location, { onWarning: (message) => warnings.push(message) });
  run.write({ totals: copies(1), live: [liveCopy()] });
  run.finish({ ...finished, totals: copies(2) });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', new RegExp(`; this run is kept in ${location.spillDir}$`));
  assert.deepEqual([run.failed, run.spilled], [false, true]);
  unlinkSync(location.stateDir);
  mkdirSync(location.stateDir);
  const spilled = view(location);
  assert.equal(counter(spilled, 'skopeo_operations_total', 'copy', 'success'), 2);
  assert.equal(spilled.state?.errors.spilled, 1);
});

test('a run taken for dead while it was silent begins again from zero', (t) => {
  const location = temporaryLocation(t);
  const clock = movableClock();
  const contained = hostWith({ pidNamespace: 'pid:[1]' }, clock);
  const outside = hostWith({}, clock);
  const run = startRun(location, { host: contained });
  run.write({ totals: copies(5), live: [liveCopy()] });
  clock.advance(121_000);
  assert.deepEqual(fold(location, outside), { outcome: 'folded', runs: 1 });
  assert.equal(counter(view(location, outside), 'skopeo_orphaned_operations_total', 'copy'), 1);
  run.write({ totals: copies(6), live: [] });
  assert.equal(successes(location, outside), 6, 'what was counted before is not counted again');
  run.finish({ ...finished, totals: copies(7) });
  assert.equal(successes(location, outside), 7);
  assert.equal(fold(location, outside).outcome, 'folded');
  assert.equal(successes(location, outside), 7);
});

test('the same when its file is gone already', (t) => {
  const location = temporaryLocation(t);
  const clock = movableClock();
  const outside = hostWith({}, clock);
  const run = startRun(location, { host: hostWith({ pidNamespace: 'pid:[1]' }, clock) });
  run.write({ totals: copies(5), live: [] });
  clock.advance(121_000);
  fold(location, outside);
  completeRun(location, copies(1), { host: outside });
  fold(location, outside);
  run.finish({ ...finished, totals: copies(9) });
  assert.equal(successes(location, outside), 10);
});

test('a user without access is warned', {
  skip: process.getuid?.() === 0 && 'root may write everywhere: run npm test as a user',
}, (t) => {
  const { stateDir } = temporaryLocation(t);
  mkdirSync(stateDir);
  chmodSync(stateDir, 0o500);
  const warnings: string[] = [];
  startRun({ stateDir }, { onWarning: (message) => warnings.push(message) });
  assert.match(warnings[0] ?? '', /EACCES/);
});
