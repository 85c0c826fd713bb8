import { test } from 'node:test';
import { checkModel } from './model/check.ts';

test('pruning removes only what nobody needs, in thousands of sequences that nobody has seen', async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  await checkModel(Number(process.env.SKOPEO_WRAPPER_TEST_SEQUENCES ?? 2000), seed);
});
