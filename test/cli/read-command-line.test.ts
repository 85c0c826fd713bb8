import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { writeProgram } from '../support/program.ts';
import { runHere } from '../support/run-here.ts';
import { privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

/** Tells a version, has `--wait` and `-k` of its own for `delete` and `sync` and a global `--pace`, and writes its arguments down. */
const skopeoOf = (dir: TempDir, version: string): string =>
  writeProgram(
    dir.join('skopeo'),
    `case "$*" in
--version) echo "skopeo version ${version}" ;;
--help) printf 'Flags:\\n      --pace string   pace\\n  -v, --version       Version for Skopeo\\n' ;;
*--help) printf 'Flags:\\n  -k, --keep-blobs      keep\\n      --wait duration   wait\\n' ;;
*) printf '%s ' "$@" > '${dir.join('arguments')}' ;;
esac`,
  );

const runWith = async (version: string, ...argv: readonly string[]) => {
  await using dir = await tempDir('newer');
  const skopeo = skopeoOf(dir, version);
  const env = { ...privateHome(dir.path), SKOPEO_WRAPPER_SKOPEO_PATH: '' };
  const ended = await runHere(['--no-state', '--skopeo-path', skopeo, ...argv], { cwd: dir.path, env });
  return { ...ended, handedOn: await readFile(dir.join('arguments'), 'utf8').catch(() => undefined) };
};

describe('flags of a skopeo that is newer than the table', () => {
  for (const [line, handedOn = line] of [
    ['delete --wait 3s docker://x/y'],
    ['delete -k docker://x/y --wait=3s'],
    ['delete --pace slow docker://x/y'],
    ['delete --pace -k docker://x/y --creds u:p', 'delete --pace -k docker://x/y --authfile '],
    ['--pace slow delete docker://x/y -k'],
  ] as const) {
    test(`${line} is handed on`, async () => {
      const ended = await runWith('1.99.0', ...line.split(' '));
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.ok(ended.handedOn?.startsWith(handedOn), ended.handedOn);
    });
  }

  test('what its help does not have either stays unknown', async () => {
    const { exitCode, stderr, handedOn } = await runWith('1.99.0', 'delete', '--wiat', 'docker://x/y');
    assert.deepEqual([exitCode, handedOn], [64, undefined]);
    assert.match(stderr, /unknown flag --wiat of delete\nDid you mean --wait\?/);
  });

  test('a skopeo that the table knows is not asked', async () => {
    const { exitCode, stderr, handedOn } = await runWith('1.22.0', 'delete', '--wait', '3s', 'docker://x/y');
    assert.deepEqual([exitCode, handedOn], [64, undefined]);
    assert.match(stderr, /unknown flag --wait of delete/);
  });

  test('sync refuses what its own engine does not do', async () => {
    const { exitCode, stderr } = await runWith('1.99.0', ...'sync --wait 3s --src dir --dest docker a b/c'.split(' '));
    assert.equal(exitCode, 64);
    assert.match(stderr, /sync does not carry out --wait of this newer skopeo yet/);
  });
});
