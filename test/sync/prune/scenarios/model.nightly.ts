import { test } from 'node:test';
import { sequences } from '../../../support/sequences.ts';
import { checkModel } from '../model/check.ts';

const SEQUENCES = sequences(2000);
/** In parts, each of which tells how it ended. */
const SEQUENCES_PER_PART = 100;

for (let from = 0; from < SEQUENCES; from += SEQUENCES_PER_PART) {
  const to = Math.min(from + SEQUENCES_PER_PART, SEQUENCES);
  test(`pruning removes only what nobody needs in sequences that nobody has seen, ${from} to ${to}`, async () => {
    const counts = await checkModel(to - from);
    process.stdout.write(`${to} of ${SEQUENCES} sequences: ${JSON.stringify(Object.fromEntries(counts))}\n`);
  });
}
