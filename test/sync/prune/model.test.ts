import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkModel } from './model/check.ts';

/** Always the same ones here; others every night. */
const SEED = 1;

test('whatever is edited, pushed, deleted and killed, pruning removes only what nobody needs', async () => {
  const counts = await checkModel(100, SEED);
  for (const happened of [
    'removed: no longer selected',
    'kept: is a part of …',
    'kept: is the same image as …',
    'killed',
  ])
    assert.ok((counts.get(happened) ?? 0) > 0, `${happened}: ${JSON.stringify([...counts])}`);
});
