import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { IS_NIGHT } from './sequences.ts';

/** How long a shorter sequence that fails too is looked for. */
const SHRINK_MS = 60_000;

/** `SEED PATH`, as a failure prints it: only that one is played again. */
const REPLAY = 'SKOPEO_WRAPPER_TEST_REPLAY';

const replayed = (): { readonly seed: number; readonly path: string } | undefined => {
  const [seed, path] = (process.env[REPLAY] ?? '').split(' ');
  return path === undefined ? undefined : { seed: Number(seed), path };
};

/** Sequences after which a long run tells how far it has come. */
const REPORT_EVERY = 100;

/**
 * Tries a property so many times. The first failure is printed at once with what plays it again; then, for a minute, a
 * shorter one is looked for. Rejects with the shortest that was found.
 */
export const checkProperty = async <Values extends [unknown, ...unknown[]]>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  numRuns: number,
  seed = randomInt(2 ** 31),
): Promise<void> => {
  const again = replayed();
  const runs = again === undefined ? { seed, numRuns } : { ...again, numRuns: 1 };
  let count = 0;
  property.afterEach(() => {
    if (++count % REPORT_EVERY === 0 && IS_NIGHT)
      process.stdout.write(`seed ${runs.seed}: ${count} of ${numRuns} sequences\n`);
  });
  const found = await fc.check(property, { ...runs, endOnFailure: true });
  if (!found.failed) return;
  const path = found.counterexamplePath ?? '';
  process.stderr.write(`Failed after ${found.numRuns} of ${numRuns}; once more: ${REPLAY}='${found.seed} ${path}'\n`);
  process.stderr.write(`${inspect(found.errorInstance)}\n`);
  const limits = { numRuns: 1, interruptAfterTimeLimit: SHRINK_MS, markInterruptAsFailure: true };
  await fc.assert(property, { ...limits, seed: found.seed, path });
  throw new Error(`it did not fail again: ${fc.defaultReportMessage(found)}`, { cause: found.errorInstance });
};
