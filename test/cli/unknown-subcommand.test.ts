import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { runHere } from '../support/run-here.ts';
import { tempDir } from '../support/temp.ts';

test('a mistyped command is refused with the nearest one, and is no operation', async () => {
  await using dir = await tempDir('mistyped');
  const env = { HOME: dir.path, XDG_STATE_HOME: dir.join('state') };
  for (const [word, near] of [
    ['statsu', 'status'],
    ['cpoy', 'copy'],
    ['list-tag', 'list-tags'],
  ] as const) {
    const { exitCode, stderr, stdout } = await runHere([word, 'x'], { env, cwd: dir.path });
    assert.deepEqual([exitCode, stdout], [64, '']);
    assert.equal(stderr, `skopeo-wrapper: unknown command "${word}"\nDid you mean ${near}?\n`);
  }
  assert.deepEqual(await readdir(dir.path), [], 'nothing is recorded');
});

test('what skopeo knows and does not list is its own', async () => {
  await using dir = await tempDir('hidden');
  const { exitCode } = await runHere(['layers', '--no-state', 'dir:nowhere', 'sha256:0'], { cwd: dir.path });
  assert.equal(exitCode, 1);
});
