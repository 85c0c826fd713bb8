import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { startChildRun } from '../support/child.ts';
import {
  completeRun,
  copies,
  counter,
  decreases,
  hostWith,
  liveCopy,
  movableClock,
  startRun,
  temporaryLocation,
  view,
} from '../support/fixtures.ts';

const canMakeNamespace = (() => {
  try {
    execFileSync('unshare', ['--pid', '--fork', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test('a process that is killed in mid-copy: its gauges are gone, its copy crashed, its blobs stay counted', async (t) => {
  const location = temporaryLocation(t);
  const child = await startChildRun(t, location);
  const before = view(location);
  assert.equal(before.live.length, 1);
  assert.equal(before.live[0]?.pid, child.pid);
  await child.kill('SIGKILL');
  const after = view(location);
  assert.deepEqual(after.live, []);
  assert.equal(counter(after, 'skopeo_operations_total', 'copy', 'error'), 1);
  assert.equal(counter(after, 'skopeo_operation_errors_total', 'copy', 'crashed'), 1);
  assert.equal(counter(after, 'skopeo_orphaned_operations_total', 'copy'), 1);
  assert.equal(counter(after, 'skopeo_blobs_total', 'copy', 'copied'), 2);
  assert.equal(counter(after, 'skopeo_job_runs_total', 'child', 'error'), 1);
  assert.equal(after.jobs[0]?.lastExitCode, 137);
  assert.deepEqual(decreases(before, after), []);
  fold(location, hostWith());
  assert.deepEqual(view(location).totals, after.totals);
});

test('a process that is stopped: its operation grows older and staler, and nobody takes it for dead', async (t) => {
  const location = temporaryLocation(t);
  const child = await startChildRun(t, location);
  await child.kill('SIGSTOP');
  const [first] = view(location).live;
  const clock = movableClock();
  clock.advance(600_000);
  const [second] = view(location, hostWith({}, clock)).live;
  assert.ok(first && second);
  assert.ok(second.nowMs - second.live.lastProgressMs >= first.nowMs - first.live.lastProgressMs + 600_000);
  assert.equal(fold(location, hostWith({}, clock)).outcome, 'nothing');
});

test('after a reboot all earlier runs are dead', (t) => {
  const location = temporaryLocation(t);
  startRun(location).write({ totals: copies(2), live: [liveCopy()] });
  const rebooted = view(location, hostWith({ bootId: '00000000-0000-0000-0000-000000000000' }));
  assert.deepEqual(rebooted.live, []);
  assert.equal(counter(rebooted, 'skopeo_orphaned_operations_total', 'copy'), 1);
  assert.equal(counter(rebooted, 'skopeo_operations_total', 'copy', 'success'), 2);
});

test('another process with the same pid does not keep a dead run alive', (t) => {
  const location = temporaryLocation(t);
  const { startTicks = 1 } = hostWith().identity;
  startRun(location, { host: hostWith({ startTicks: startTicks - 1 }) }).write({
    totals: copies(1),
    live: [liveCopy()],
  });
  assert.deepEqual(view(location).state?.runs, { live: 0, done: 0, dead: 1, damaged: 0 });
});

test('a process in another pid namespace lives while it beats and is dead after its silence', {
  skip: !canMakeNamespace && 'cannot make a pid namespace: run npm test as root',
}, async (t) => {
  const location = temporaryLocation(t);
  const child = await startChildRun(t, location, {
    prefix: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
  });
  assert.equal(child.pid, 1);
  const clock = movableClock();
  assert.equal(view(location, hostWith({}, clock)).live.length, 1);
  completeRun(location, copies(5));
  assert.ok(await child.ask('view'), 'it reads what the others write');
  assert.deepEqual(await child.ask('finish'), { failed: false });
  assert.equal(counter(view(location), 'skopeo_operations_total', 'copy', 'success'), 8);

  const killed = await startChildRun(t, location, { prefix: ['unshare', '--pid', '--fork', '--kill-child'] });
  await killed.kill('SIGKILL');
  clock.advance(60_000);
  assert.equal(view(location, hostWith({}, clock)).live.length, 1);
  clock.advance(61_000);
  const silent = view(location, hostWith({}, clock));
  assert.equal(silent.live.length, 0);
  assert.equal(counter(silent, 'skopeo_orphaned_operations_total', 'copy'), 1);
});
