import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkModel } from '../model/check.ts';

/** Always the same sequences here, in parts that end in time on a busy machine; others every night. */
const SEEDS = [1, 2, 3, 4];
const SEQUENCES = 25;

describe('a model of pruning', { concurrency: 2 }, () => {
  for (const seed of SEEDS) {
    test(`whatever is edited, pushed, deleted and killed, pruning removes only what nobody needs (${seed})`, async () => {
      const counts = await checkModel(SEQUENCES, seed);
      for (const happened of ['removed: no longer selected', 'kept: is a part of …'])
        assert.ok((counts.get(happened) ?? 0) > 0, `${happened}: ${JSON.stringify([...counts])}`);
    });
  }
});
