import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WrapperError } from '../../../../src/errors/wrapper-error.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { createReader, readView } from '../../../../src/metrics/state/reading/reader.ts';
import {
  completeRun,
  copies,
  counter,
  decreases,
  finished,
  hostWith,
  liveCopy,
  movableClock,
  startRun,
  temporaryLocation,
  view,
} from '../support/fixtures.ts';

test('a directory that does not exist is an empty view', (t) => {
  const { totals, live, jobs, state } = view(temporaryLocation(t));
  assert.deepEqual([totals, live, jobs], [{ counters: {}, histograms: {} }, [], []]);
  assert.deepEqual(state?.runs, { live: 0, done: 0, dead: 0, damaged: 0 });
});

test('a directory that cannot be read at all is an error that names it', (t) => {
  const location = temporaryLocation(t);
  writeFileSync(location.stateDir, '');
  assert.throws(
    () => view(location),
    (error) => error instanceof WrapperError && error.message.includes(location.stateDir),
  );
});

test('finished and running processes add up', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(3), { job: { name: 'nightly', maxAgeSeconds: 60 } });
  const run = startRun(location, { job: { name: 'hourly', maxAgeSeconds: 60 } });
  const live = liveCopy();
  run.write({ totals: copies(2), live: [live] });
  const merged = view(location);
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 5);
  assert.equal(merged.totals.histograms.skopeo_operation_duration_seconds?.copy?.counts[2], 5);
  assert.deepEqual(merged.state?.runs, { live: 1, done: 1, dead: 0, damaged: 0 });
  const [entry] = merged.live;
  assert.deepEqual(entry?.live, live);
  assert.equal(entry?.pid, process.pid);
  assert.equal(entry?.jobName, 'hourly');
  assert.ok(entry && entry.nowMs > live.startedMs && Math.abs(entry.heartbeatWallMs - Date.now()) < 60_000);
  assert.deepEqual(
    merged.jobs.map(({ jobName, lastExitCode }) => [jobName, lastExitCode]),
    [['nightly', 0]],
  );
  assert.equal(counter(merged, 'skopeo_job_runs_total', 'nightly', 'success'), 1);
  run.finish({ ...finished, totals: copies(2) });
});

test('several directories are added up', (t) => {
  const locations = [temporaryLocation(t), temporaryLocation(t)];
  const [a, b] = locations;
  assert.ok(a && b);
  completeRun(a, copies(3), { job: { name: 'nightly', maxAgeSeconds: 60 } });
  completeRun(b, copies(4), { job: { name: 'nightly', maxAgeSeconds: 60 } });
  const merged = readView({ locations, host: hostWith() });
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 7);
  assert.equal(counter(merged, 'skopeo_job_runs_total', 'nightly', 'success'), 2);
  assert.equal(merged.jobs.length, 1);
  assert.equal(merged.state?.runs.done, 2);
});

test('a run that moved to the spill directory counts once, even if its old file could not be deleted', (t) => {
  const location = temporaryLocation(t);
  const old = startRun(location);
  old.write({ totals: copies(1), live: [liveCopy()] });
  const [name = ''] = readdirSync(location.stateDir);
  const elsewhere = { stateDir: location.spillDir };
  const moved = startRun(elsewhere);
  for (let beat = 0; beat < 5; beat++) moved.write({ totals: copies(4), live: [] });
  moved.finish({ ...finished, totals: copies(5) });
  const [spilled = ''] = readdirSync(location.spillDir);
  renameSync(join(location.spillDir, spilled), join(location.spillDir, name));
  const merged = view(location);
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 5);
  assert.equal(merged.live.length, 0);
  assert.equal(merged.state?.errors.spilled, 1);
  fold(location, hostWith());
  assert.deepEqual(decreases(merged, view(location)), []);
  assert.equal(counter(view(location), 'skopeo_operations_total', 'copy', 'success'), 5);
});

test('a spilled run stays counted when it is folded, and is never counted again', (t) => {
  const location = temporaryLocation(t);
  mkdirSync(location.stateDir);
  completeRun({ stateDir: location.spillDir }, copies(3));
  const host = hostWith();
  assert.deepEqual(fold(location, host), { outcome: 'folded', runs: 1 });
  for (let run = 0; run < 3; run++) {
    completeRun(location, copies(1));
    fold({ stateDir: location.stateDir }, host);
    assert.equal(counter(view(location), 'skopeo_operations_total', 'copy', 'success'), 4 + run);
    assert.equal(view(location).state?.errors.spilled, 1);
  }
  completeRun(location, copies(1));
  fold(location, host);
  assert.deepEqual(readdirSync(location.spillDir), []);
  assert.equal(counter(view(location), 'skopeo_operations_total', 'copy', 'success'), 7);
});

test('a reader that stays does not read finished runs again, and forgets those that are folded', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(3));
  const reader = createReader({ locations: [location], host: hostWith() });
  const first = reader.read();
  const [name = ''] = readdirSync(location.stateDir);
  writeFileSync(join(location.stateDir, name), 'damaged by now');
  assert.deepEqual(reader.read().totals, first.totals);
  assert.equal(reader.read().state?.errors.damaged_run, 0);
  unlinkSync(join(location.stateDir, name));
  assert.equal(counter(reader.read(), 'skopeo_operations_total', 'copy', 'success'), 0);
});

test('what was wrong once stays counted in a reader that stays', (t) => {
  const location = temporaryLocation(t);
  mkdirSync(location.stateDir);
  writeFileSync(join(location.stateDir, 'run.bad'), 'x');
  const reader = createReader({ locations: [location], host: hostWith() });
  assert.equal(reader.read().state?.errors.damaged_run, 1);
  unlinkSync(join(location.stateDir, 'run.bad'));
  assert.equal(reader.read().state?.errors.damaged_run, 1);
});

test('a listener also learns whether the directory is writable and how much space it has', (t) => {
  const location = temporaryLocation(t);
  mkdirSync(location.stateDir);
  const clock = movableClock();
  const reader = createReader({ locations: [location], host: hostWith({}, clock), probe: true });
  const { writable, freeBytes, mergeSeconds } = reader.read().state ?? {};
  assert.equal(writable, true);
  assert.ok((freeBytes ?? 0) > 0 && (mergeSeconds ?? -1) >= 0);
  assert.deepEqual(readdirSync(location.stateDir), [], 'the probe leaves nothing behind');
  assert.equal(view(location).state?.writable, undefined);
});

test('writing is tried at most once a minute', (t) => {
  const location = temporaryLocation(t);
  const clock = movableClock();
  const reader = createReader({ locations: [location], host: hostWith({}, clock), probe: true });
  assert.equal(reader.read().state?.writable, false, 'there is no such directory yet');
  mkdirSync(location.stateDir);
  assert.equal(reader.read().state?.writable, false);
  clock.advance(61_000);
  assert.equal(reader.read().state?.writable, true);
});
