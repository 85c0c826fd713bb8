import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../../../../src/host/host.ts';
import type { ProcessIdentity } from '../../../../src/host/identity.ts';
import { judgeRun, nowForRecord, silenceLimitMs } from '../../../../src/metrics/state/reading/liveness.ts';
import { recordOf } from '../support/fixtures.ts';

const here: ProcessIdentity = {
  pid: 1,
  startTicks: 1,
  bootId: 'boot-a',
  pidNamespace: 'pid:[1]',
  host: 'alpha',
  uid: 0,
};

const hostAt = (ms: number, running = false, wallMs = 1_000_000 + ms): Host => ({
  clock: { monotonicMs: () => ms, wallMs: () => wallMs },
  identity: here,
  processes: { startTicks: () => undefined, isRunning: () => running },
});
const run = (identity: Partial<ProcessIdentity>, heartbeatIntervalMs = 10_000) =>
  recordOf(hostAt(0), { identity: { ...here, ...identity }, heartbeatIntervalMs });

test('a run that has ended is done, whatever became of its process', () => {
  assert.equal(judgeRun({ ...run({ bootId: 'boot-b' }), state: 'done' }, hostAt(0)), 'done');
});

test('after a reboot every earlier run of this host is dead', () => {
  assert.equal(judgeRun(run({ bootId: 'boot-b' }), hostAt(0, true)), 'dead');
});

test('a run of another host that shares the directory lives while it is heard', () => {
  const foreign = run({ bootId: 'boot-b', host: 'beta' });
  assert.equal(judgeRun(foreign, hostAt(119_000)), 'live');
  assert.equal(judgeRun(foreign, hostAt(121_000)), 'dead');
});

test('a process of this pid namespace is looked up, silent or not', () => {
  assert.equal(judgeRun(run({}), hostAt(1e9, true)), 'live');
  assert.equal(judgeRun(run({}), hostAt(0, false)), 'dead');
});

test('a process of another pid namespace is dead after 120 seconds or twelve heartbeats of silence', () => {
  const contained = { pidNamespace: 'pid:[2]' };
  assert.equal(judgeRun(run(contained), hostAt(119_000)), 'live');
  assert.equal(judgeRun(run(contained), hostAt(121_000)), 'dead');
  assert.equal(judgeRun(run(contained, 60_000), hostAt(719_000)), 'live');
  assert.equal(judgeRun(run(contained, 60_000), hostAt(721_000)), 'dead');
  assert.equal(silenceLimitMs(20), 120_000);
});

test('a step of the wall clock kills nobody within one boot', () => {
  assert.equal(judgeRun(run({ pidNamespace: 'pid:[2]' }), hostAt(1000, false, 9e9)), 'live');
});

test('ages of another host are reckoned by wall time', () => {
  assert.equal(nowForRecord(run({}), hostAt(5000, false, 9e9)), 5000);
  assert.equal(nowForRecord(run({ bootId: 'boot-b' }), hostAt(77, false, 1_003_000)), 3000);
});
