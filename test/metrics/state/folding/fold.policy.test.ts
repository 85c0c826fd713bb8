import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPeriodicFold, foldAtExit } from '../../../../src/metrics/state/folding/fold.ts';
import {
  completeRun,
  copies,
  finished,
  hostWith,
  movableClock,
  startRun,
  temporaryLocation,
} from '../support/fixtures.ts';

test('a command folds at its exit when more than 32 finished runs lie around', (t) => {
  const location = temporaryLocation(t);
  assert.equal(foldAtExit(location, hostWith()), undefined);
  const running = startRun(location);
  for (let run = 0; run < 32; run++) completeRun(location, copies(1));
  assert.equal(foldAtExit(location, hostWith()), undefined, 'the one that runs does not count');
  completeRun(location, copies(1));
  assert.deepEqual(foldAtExit(location, hostWith()), { outcome: 'folded', runs: 33 });
  assert.equal(foldAtExit(location, hostWith()), undefined, 'files of folded runs do not count');
  running.finish({ ...finished, totals: copies(0) });
});

test('a listener folds at most once a minute', (t) => {
  const location = temporaryLocation(t);
  const clock = movableClock();
  const periodic = createPeriodicFold(location, hostWith({}, clock));
  assert.deepEqual(periodic.foldIfDue(), { outcome: 'nothing' });
  completeRun(location, copies(1));
  assert.equal(periodic.foldIfDue(), undefined);
  clock.advance(61_000);
  assert.deepEqual(periodic.foldIfDue(), { outcome: 'folded', runs: 1 });
});
