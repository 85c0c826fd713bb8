import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import type { MetricsView } from '../../../../src/metrics/view.ts';
import { NEEDS_ROOT } from '../../../support/needs-root.ts';
import { type ChildRun, startChildRun } from '../support/child.ts';
import { completeRun, copies, counter, hostWith, temporaryDirectory, view } from '../support/fixtures.ts';

const options = { skip: NEEDS_ROOT };
const GROUP = 2000;

/** The child as one file, and a Node for it, that every user may read: the checkout may lie in a home that is closed. */
const publicProgram = async (directory: string): Promise<{ readonly script: string; readonly node: string }> => {
  const script = join(directory, 'run-child.mjs');
  const node = join(directory, 'node');
  const entry = fileURLToPath(new URL('../support/run-child.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
    logLevel: 'error',
  });
  await copyFile(process.execPath, node);
  return { script, node };
};

const publicDirectory = (t: TestContext): string => {
  const directory = temporaryDirectory(t);
  chmodSync(directory, 0o755);
  return directory;
};

const groupDirectory = (parent: string): string => {
  const stateDir = join(parent, 'group');
  mkdirSync(stateDir);
  chownSync(stateDir, 0, GROUP);
  chmodSync(stateDir, 0o2770);
  return stateDir;
};

const seenBy = async (child: ChildRun): Promise<MetricsView> => (await child.ask('view')) as MetricsView;

test(
  'in a group directory every member writes, reads the others, judges them rightly, and folds',
  options,
  async (t) => {
    const directory = publicDirectory(t);
    const program = await publicProgram(directory);
    const location = { stateDir: groupDirectory(directory) };
    const users: ChildRun[] = [];
    for (const uid of [2001, 2002, 2003]) {
      users.push(await startChildRun(t, location, { ...program, uid, gid: GROUP, cwd: '/' }));
    }
    completeRun(location, copies(10));
    const [first, second, third] = users;
    assert.ok(first && second && third);
    for (const name of readdirSync(location.stateDir)) {
      const { mode, gid } = statSync(join(location.stateDir, name));
      assert.deepEqual([mode & 0o777, gid], [0o640, GROUP]);
    }
    for (const user of users) {
      const seen = await seenBy(user);
      assert.equal(seen.live.length, 3);
      assert.equal(counter(seen, 'skopeo_operations_total', 'copy', 'success'), 16);
    }
    await first.kill('SIGKILL');
    assert.equal(counter(await seenBy(third), 'skopeo_orphaned_operations_total', 'copy'), 1);
    assert.deepEqual(await third.ask('fold'), { outcome: 'folded', runs: 2 });
    assert.deepEqual(await second.ask('finish'), { failed: false });
    assert.equal(fold(location, hostWith()).outcome, 'folded');
    await third.ask('finish');
    assert.deepEqual(await second.ask('fold'), { outcome: 'folded', runs: 1 });
    const seen = view(location);
    assert.equal(counter(seen, 'skopeo_operations_total', 'copy', 'success'), 18);
    assert.equal(counter(seen, 'skopeo_orphaned_operations_total', 'copy'), 1);
    assert.deepEqual(seen.state?.errors, {
      damaged_run: 0,
      damaged_aggregate: 0,
      unreadable: 0,
      refused: 0,
      spilled: 0,
    });
  },
);

test('a user without access runs all the same', options, async (t) => {
  const directory = publicDirectory(t);
  const program = await publicProgram(directory);
  const stateDir = groupDirectory(directory);
  const child = await startChildRun(
    t,
    { stateDir },
    { ...program, uid: 2004, gid: 2004, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] },
  );
  assert.deepEqual(await child.ask('finish'), { failed: true });
  assert.deepEqual(readdirSync(stateDir), []);
});
