import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { completeRun, copies, counter, decreases, hostWith, temporaryLocation, view } from '../support/fixtures.ts';

const host = hostWith();
const successes = (location: StateLocation) => counter(view(location), 'skopeo_operations_total', 'copy', 'success');

const flipBit = (path: string, position: number) => {
  const file = readFileSync(path);
  file[position] = (file[position] ?? 0) ^ 4;
  writeFileSync(path, file);
};

const damages: Record<string, (path: string) => void> = {
  emptied: (path) => truncateSync(path, 0),
  truncated: (path) => truncateSync(path, 100),
  zeroed: (path) => writeFileSync(path, Buffer.alloc(8192)),
  overwritten: (path) => writeFileSync(path, 'x'.repeat(8192)),
};

for (const [kind, damage] of Object.entries(damages)) {
  test(`a run file that was ${kind} is lost, counted as an error, and harms no other`, (t) => {
    const location = temporaryLocation(t);
    completeRun(location, copies(3));
    const [name = ''] = readdirSync(location.stateDir);
    completeRun(location, copies(4));
    damage(join(location.stateDir, name));
    const merged = view(location);
    assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 4);
    assert.equal(merged.state?.errors.damaged_run, 1);
    assert.equal(merged.state?.runs.damaged, 1);
  });
}

test('no single flipped bit changes a finished run', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(3));
  const [name = ''] = readdirSync(location.stateDir);
  for (const position of [0, 20, 35, 41, 300, 4096, 4110, 4140, 4500]) {
    const path = join(location.stateDir, name);
    const whole = readFileSync(path);
    flipBit(path, position);
    assert.equal(successes(location), 3, `byte ${position}`);
    writeFileSync(path, whole);
  }
});

const aggregateDamages: typeof damages = { ...damages, 'hit by a flipped bit': (path) => flipBit(path, 200) };

for (const [kind, damage] of Object.entries(aggregateDamages)) {
  test(`a newest aggregate that was ${kind} is rebuilt exactly`, (t) => {
    const location = temporaryLocation(t);
    const newest = () =>
      readdirSync(location.stateDir)
        .filter((name) => name.startsWith('agg.'))
        .at(-1) ?? '';
    for (let run = 1; run <= 5; run++) {
      completeRun(location, copies(run), { job: { name: 'nightly', maxAgeSeconds: 9 } });
      if (run > 1) fold(location, host);
    }
    const before = view(location);
    damage(join(location.stateDir, newest()));
    const damaged = view(location);
    assert.deepEqual(damaged.totals, before.totals);
    assert.deepEqual(damaged.jobs, before.jobs);
    assert.equal(damaged.state?.errors.damaged_aggregate, 1);
    assert.equal(fold(location, host).outcome, 'folded');
    const rebuilt = view(location);
    assert.deepEqual(rebuilt.totals, before.totals);
    assert.deepEqual(decreases(damaged, rebuilt), []);
    assert.deepEqual(
      readdirSync(location.stateDir).filter((name) => name.includes('agg.')),
      ['agg.00000003', 'agg.00000005', 'bad.agg.00000004'],
    );
    completeRun(location, copies(1));
    assert.equal(fold(location, host).outcome, 'folded');
    assert.equal(successes(location), 16);
    assert.equal(view(location).state?.errors.damaged_aggregate, 1);
  });
}

test('a file deleted by somebody is lost and nothing else', (t) => {
  const location = temporaryLocation(t);
  for (let run = 1; run <= 3; run++) completeRun(location, copies(run));
  fold(location, host);
  completeRun(location, copies(10));
  const [first = ''] = readdirSync(location.stateDir).filter((name) => name.startsWith('run.'));
  truncateSync(join(location.stateDir, first), 0);
  assert.equal(successes(location), 16, 'a folded run is not needed any more');
});
