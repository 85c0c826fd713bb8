import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { createReader } from '../../../../src/metrics/state/reading/reader.ts';
import {
  completeRun,
  copies,
  counter,
  finished,
  hostWith,
  liveCopy,
  startRun,
  temporaryDirectory,
  view,
} from '../support/fixtures.ts';

const tryMount = (directory: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A state directory on a file system of 256 KiB; undefined if there may be none. */
const smallDisk = (t: TestContext): string | undefined => {
  const mount = mkdtempSync(join(tmpdir(), 'skw-disk-'));
  const mounted = tryMount(mount);
  t.after(() => {
    if (mounted) execFileSync('umount', [mount]);
    rmSync(mount, { recursive: true });
  });
  if (mounted) return mount;
  t.skip('cannot mount a tmpfs: run npm test as root');
  return undefined;
};

const fill = (directory: string) => {
  for (const chunk of [65_536, 4096, 1]) {
    try {
      for (;;) appendFileSync(join(directory, 'ballast'), Buffer.alloc(chunk));
    } catch {
      // Full with chunks of this size.
    }
  }
};

test('a disk that fills up during a run takes its result all the same', (t) => {
  const stateDir = smallDisk(t);
  if (stateDir === undefined) return;
  const run = startRun({ stateDir });
  run.write({ totals: copies(1), live: [liveCopy()] });
  fill(stateDir);
  run.write({ totals: copies(2), live: [liveCopy()] });
  assert.equal(view({ stateDir }).live[0]?.live.operation, 'copy');
  run.finish({ ...finished, totals: copies(3) });
  assert.equal(counter(view({ stateDir }), 'skopeo_operations_total', 'copy', 'success'), 3);
  assert.deepEqual([run.failed, run.spilled], [false, false]);
});

test('a disk that is full at the start: the run is kept in the spill directory', (t) => {
  const stateDir = smallDisk(t);
  if (stateDir === undefined) return;
  completeRun({ stateDir }, copies(1));
  fill(stateDir);
  const location = { stateDir, spillDir: temporaryDirectory(t) };
  const warnings: string[] = [];
  completeRun(location, copies(3), { onWarning: (message) => warnings.push(message) });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /ENOSPC: no space left on device/);
  const merged = view(location);
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 4);
  assert.equal(merged.state?.errors.spilled, 1);
  assert.deepEqual(
    readdirSync(stateDir).filter((name) => name.startsWith('.tmp-')),
    [],
  );
});

test('a disk that is full at the start, without a spill directory: one warning, and no harm', (t) => {
  const stateDir = smallDisk(t);
  if (stateDir === undefined) return;
  fill(stateDir);
  const warnings: string[] = [];
  const run = startRun({ stateDir }, { onWarning: (message) => warnings.push(message) });
  run.write({ totals: copies(1), live: [] });
  run.finish({ ...finished, totals: copies(1) });
  assert.equal(warnings.length, 1);
  assert.equal(run.failed, true);
});

test('a disk too full for a run that grows: it moves to the spill directory and counts once', (t) => {
  const stateDir = smallDisk(t);
  if (stateDir === undefined) return;
  const location = { stateDir, spillDir: temporaryDirectory(t) };
  const run = startRun(location, { onWarning: () => {} });
  run.write({ totals: copies(1), live: [liveCopy()] });
  fill(stateDir);
  run.write({ totals: copies(2), live: Array.from({ length: 60 }, () => liveCopy()) });
  const merged = view(location);
  assert.equal(merged.live.length, 60);
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 2);
  assert.deepEqual([run.failed, run.spilled], [false, true]);
  run.finish({ ...finished, totals: copies(3) });
  assert.equal(counter(view(location), 'skopeo_operations_total', 'copy', 'success'), 3);
});

test('a disk too full to fold: nothing changes, and it is folded later', (t) => {
  const stateDir = smallDisk(t);
  if (stateDir === undefined) return;
  for (let run = 0; run < 3; run++) completeRun({ stateDir }, copies(1));
  fill(stateDir);
  const before = view({ stateDir });
  assert.deepEqual(fold({ stateDir }, hostWith()), { outcome: 'refused', reason: 'not_writable', code: 'ENOSPC' });
  assert.deepEqual(view({ stateDir }).totals, before.totals);
  const listener = createReader({ locations: [{ stateDir }], host: hostWith(), probe: true }).read().state;
  assert.deepEqual([listener?.writable, listener?.freeBytes], [false, 0]);
  rmSync(join(stateDir, 'ballast'));
  assert.equal(fold({ stateDir }, hostWith()).outcome, 'folded');
  assert.deepEqual(view({ stateDir }).totals, before.totals);
});
