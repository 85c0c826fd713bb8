import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManifestReader } from '../../src/image/local-image.ts';
import { systemPlatform } from '../../src/image/platform.ts';
import { SizeLookup } from '../../src/operation/size-lookup.ts';

const INSTANCES = 2000;

/** Never answers before it is told to stop. */
const deaf = () => {
  const state = { now: 0, most: 0, begun: 0 };
  const read: ManifestReader = (_, signal) => {
    state.begun++;
    state.now++;
    state.most = Math.max(state.most, state.now);
    return new Promise((resolve) => {
      const stop = (): void => {
        state.now--;
        resolve(undefined);
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
    });
  };
  return { state, read };
};

const lookUpAll = (read: ManifestReader, signal: AbortSignal): SizeLookup => {
  const lookup = new SizeLookup(read, systemPlatform(), () => assert.fail('nothing is known'), signal);
  for (let number = 0; number < INSTANCES; number++)
    lookup.onEvent({ type: 'instance-started', digest: `sha256:${number}`, index: number, count: INSTANCES });
  return lookup;
};

test('thousands of instances are looked up a few at a time, and the end waits only as long as it has patience', async () => {
  const { state, read } = deaf();
  await lookUpAll(read, new AbortController().signal).close(10);
  assert.deepEqual(
    { now: state.now, isFew: state.most <= 8, isMost: state.begun > 8 },
    { now: 0, isFew: true, isMost: false },
  );
});

test('the signal of the run ends them', async () => {
  const { state, read } = deaf();
  const controller = new AbortController();
  const closed = lookUpAll(read, controller.signal).close(2 ** 31 - 1);
  controller.abort();
  await closed;
  assert.equal(state.now, 0);
});
