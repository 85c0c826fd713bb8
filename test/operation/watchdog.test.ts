import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Watchdog } from '../../src/operation/watchdog.ts';

const TICK_MS = 500;

const run = (
  ticks: readonly { readonly afterMs: number; readonly moved?: boolean }[],
  stallTimeoutSeconds?: number,
) => {
  let nowMs = 0;
  let quietSinceMs = 0;
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
  const watchdog = new Watchdog(clock, TICK_MS, stallTimeoutSeconds);
  return ticks.map(({ afterMs, moved }) => {
    nowMs += afterMs;
    if (moved) quietSinceMs = nowMs;
    return watchdog.isStalled(quietSinceMs);
  });
};

const ticks = (count: number) => Array.from({ length: count }, () => ({ afterMs: TICK_MS }));

test('calls a silence of the given length a stall, and no shorter one', () => {
  assert.equal(run(ticks(19), 10).includes(true), false);
  assert.equal(run(ticks(20), 10).at(-1), true);
});

test('never calls a stall without a limit', () => {
  assert.equal(run(ticks(10_000)).includes(true), false);
  assert.equal(run(ticks(10_000), 0).includes(true), false);
});

test('every sign of life starts the silence anew', () => {
  const beats = Array.from({ length: 100 }, (_, index) => ({ afterMs: TICK_MS, moved: index % 15 === 0 }));
  assert.equal(run(beats, 10).includes(true), false);
});

test('time in which it was not called does not count: a stopped process, a machine that slept', () => {
  assert.equal(run([...ticks(5), { afterMs: 3_600_000 }, ...ticks(5)], 10).includes(true), false);
  assert.equal(run([...ticks(5), { afterMs: 3_600_000 }, ...ticks(20)], 10).at(-1), true);
});
