import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FinishedRun, finishedRunSchema, lastRuns, shortCause } from '../../src/metrics/run-history.ts';

const run = (jobName: string | undefined, endedSeconds: number): FinishedRun => ({
  ...(jobName === undefined ? {} : { jobName }),
  endedSeconds,
  durationSeconds: 1,
  exitCode: 0,
});

test('keeps the last ten runs of each job and the last twenty of those without a name, latest first', () => {
  const times = Array.from({ length: 30 }, (_, second) => second);
  const kept = lastRuns([...times.map((second) => run('a', second)), ...times.map((second) => run(undefined, second))]);
  const timesOf = (name: string | undefined) =>
    kept.filter(({ jobName }) => jobName === name).map(({ endedSeconds }) => endedSeconds);
  assert.deepEqual(timesOf('a'), times.toReversed().slice(0, 10));
  assert.deepEqual(timesOf(undefined), times.toReversed().slice(0, 20));
});

test('is the same whether runs are put together at once or in parts', () => {
  const history = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', undefined), fc.nat(200)), {
    selector: ([, second]) => second,
    maxLength: 100,
  });
  fc.assert(
    fc.property(history, fc.nat(100), (runs, at) => {
      const all = runs.map(([name, second]) => run(name, second));
      const parts = [...lastRuns(all.slice(0, at)), ...lastRuns(all.slice(at))];
      assert.deepEqual(lastRuns(parts), lastRuns(all));
    }),
  );
});

test('a cause is cut to what can be read again; a class of a later version is unknown', () => {
  const cause = shortCause({ errorType: 'denied', message: 'x'.repeat(2_000), next: 'y'.repeat(2_000) });
  const stored = { ...run('a', 1), cause: { ...cause, errorType: 'of_tomorrow' } };
  const { message, next, errorType } = finishedRunSchema.parse(stored).cause ?? {};
  assert.equal(message, `${'x'.repeat(499)}…`);
  assert.equal(next, `${'y'.repeat(499)}…`);
  assert.equal(errorType, 'unknown');
});
