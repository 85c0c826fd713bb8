import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { after, wait } from '../../src/host/timers.ts';

const DAY_MS = 86_400_000;

test('a time that is longer than a timer of Node holds is waited for', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let calls = 0;
    after(60 * DAY_MS, () => calls++);
    for (let day = 1; day < 60; day++) mock.timers.tick(DAY_MS);
    assert.equal(calls, 0);
    mock.timers.tick(2 * DAY_MS); // the mock is late for its second part, by up to one step
    assert.equal(calls, 1);
  } finally {
    mock.timers.reset();
  }
});

test('what is called off in its second part does not come', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let calls = 0;
    const timer = after(60 * DAY_MS, () => calls++);
    for (let day = 1; day < 30; day++) mock.timers.tick(DAY_MS);
    timer[Symbol.dispose]();
    for (let day = 30; day < 90; day++) mock.timers.tick(DAY_MS);
    assert.equal(calls, 0);
  } finally {
    mock.timers.reset();
  }
});

test('a wait ends with its time or with its signal', async () => {
  await wait(1, new AbortController().signal);
  const controller = new AbortController();
  const reason = new Error('enough');
  const waiting = wait(60 * DAY_MS, controller.signal);
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(wait(1, AbortSignal.abort(reason)), reason);
});
