import { test } from 'node:test';
import { checkModel } from './model/check.ts';

/** Always the same ones here; others every night. */
const SEED = 1;

test('whatever is edited, pushed, deleted and killed, pruning removes only what nobody needs', async () => {
  await checkModel(Number(process.env.SKOPEO_WRAPPER_TEST_SEQUENCES ?? 100), SEED);
});
