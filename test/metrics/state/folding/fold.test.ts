import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fold, forgetJob } from '../../../../src/metrics/state/folding/fold.ts';
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

const host = hostWith();
const aggregates = (directory: string) => readdirSync(directory).filter((name) => name.startsWith('agg.'));
const runs = (directory: string) => readdirSync(directory).filter((name) => name.startsWith('run.'));

test('the numbers are the same before and after, finished, running and dead runs together', (t) => {
  const location = temporaryLocation(t);
  for (let run = 1; run <= 4; run++) completeRun(location, copies(run), { job: { name: 'nightly', maxAgeSeconds: 9 } });
  const running = startRun(location);
  running.write({ totals: copies(7), live: [liveCopy()] });
  const dead = startRun(location, { host: hostWith({ startTicks: 1 }), job: { name: 'weekly', maxAgeSeconds: 9 } });
  dead.write({ totals: copies(2), live: [liveCopy()] });
  const before = view(location);
  assert.deepEqual(before.state?.runs, { live: 1, done: 4, dead: 1, damaged: 0 });
  assert.deepEqual(fold(location, host), { outcome: 'folded', runs: 5 });
  const after = view(location);
  assert.deepEqual(after.totals, before.totals);
  assert.deepEqual(new Set(after.jobs), new Set(before.jobs));
  assert.equal(after.live.length, 1);
  assert.deepEqual(after.state?.runs, { live: 1, done: 0, dead: 0, damaged: 0 });
  assert.equal(counter(after, 'skopeo_job_runs_total', 'weekly', 'error'), 1);
  assert.equal(after.jobs.find(({ jobName }) => jobName === 'weekly')?.lastExitCode, 137);
  running.finish({ ...finished, totals: copies(7) });
});

test('files of folded runs and old aggregates go one aggregate later', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(1));
  fold(location, host);
  assert.deepEqual([aggregates(location.stateDir), runs(location.stateDir).length], [['agg.00000001'], 1]);
  completeRun(location, copies(1));
  fold(location, host);
  assert.deepEqual(
    [aggregates(location.stateDir), runs(location.stateDir).length],
    [['agg.00000001', 'agg.00000002'], 1],
  );
  completeRun(location, copies(1));
  fold(location, host);
  assert.deepEqual(
    [aggregates(location.stateDir), runs(location.stateDir).length],
    [['agg.00000002', 'agg.00000003'], 1],
  );
  assert.equal(counter(view(location), 'skopeo_operations_total', 'copy', 'success'), 3);
});

test('without anything to fold nothing is written', (t) => {
  const location = temporaryLocation(t);
  assert.deepEqual(fold(location, host), { outcome: 'nothing' });
  const running = startRun(location);
  assert.deepEqual(fold(location, host), { outcome: 'nothing' });
  assert.deepEqual(aggregates(location.stateDir), []);
  running.finish({ ...finished, totals: copies(1) });
});

test('many folds over many runs lose nothing, not even a fraction of a second', (t) => {
  const location = temporaryLocation(t);
  let before = view(location);
  for (let run = 1; run <= 30; run++) {
    completeRun(location, copies(run));
    if (run % 3 === 0) fold(location, host);
    const after = view(location);
    assert.deepEqual(decreases(before, after), []);
    before = after;
  }
  assert.equal(counter(before, 'skopeo_operations_total', 'copy', 'success'), 465);
  assert.equal(before.totals.histograms.skopeo_operation_duration_seconds?.copy?.sum, 325.5);
});

test('a file that stays damaged is folded as an error after an hour, and then removed', (t) => {
  const location = temporaryLocation(t);
  const clock = movableClock();
  const later = hostWith({}, clock);
  mkdirSync(location.stateDir);
  writeFileSync(join(location.stateDir, 'run.damaged'), 'x');
  assert.deepEqual(fold(location, later), { outcome: 'nothing' });
  clock.advance(3_700_000);
  assert.deepEqual(fold(location, later), { outcome: 'folded', runs: 1 });
  assert.equal(view(location).state?.errors.damaged_run, 1);
  completeRun(location, copies(1));
  fold(location, later);
  assert.deepEqual(runs(location.stateDir).length, 1);
  assert.equal(view(location).state?.errors.damaged_run, 1);
});

test('in a directory where everybody may write only its owner and root fold', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(1));
  chmodSync(location.stateDir, 0o1777);
  const stranger = hostWith({ uid: 4711 });
  assert.deepEqual(fold(location, stranger), { outcome: 'refused', reason: 'not_trusted' });
  assert.equal(fold(location, hostWith()).outcome, 'folded');
});

test('leftovers of killed processes are swept after an hour', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(1));
  const old = (Date.now() - 3_700_000) / 1000;
  for (const name of ['.tmp-1-old', 'textfile.lock.old', '.tmp-1-new'])
    writeFileSync(join(location.stateDir, name), '');
  for (const name of ['.tmp-1-old', 'textfile.lock.old']) utimesSync(join(location.stateDir, name), old, old);
  fold(location, host);
  const left = readdirSync(location.stateDir).filter((name) => !name.startsWith('run.'));
  assert.deepEqual(left, ['.tmp-1-new', 'agg.00000001']);
});

test('a job is forgotten, folded or not, and what its runs did stays counted', (t) => {
  const location = temporaryLocation(t);
  const host = hostWith();
  for (const name of ['wrong', 'right']) completeRun(location, copies(1), { job: { name, maxAgeSeconds: 9 } });
  fold(location, host);
  completeRun(location, copies(1), { job: { name: 'wrong', maxAgeSeconds: 9 } });
  assert.equal(forgetJob(location, host, 'wrong')?.outcome, 'folded');
  const after = view(location);
  assert.deepEqual(
    after.jobs.map(({ jobName }) => jobName),
    ['right'],
  );
  assert.equal(counter(after, 'skopeo_job_runs_total', 'wrong', 'success'), 0);
  assert.equal(counter(after, 'skopeo_operations_total', 'copy', 'success'), 3);
  assert.equal(forgetJob(location, host, 'wrong'), undefined);
  completeRun(location, copies(1), { job: { name: 'wrong', maxAgeSeconds: 9 } });
  assert.equal(counter(view(location), 'skopeo_job_runs_total', 'wrong', 'success'), 1);
});
