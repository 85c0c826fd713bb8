import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makePrivateDirectory, sweepLeftovers } from '../../../src/registry/credentials/private-directory.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

let dir: TempDir;
before(async () => {
  dir = await tempDir('private');
});
after(() => dir[Symbol.asyncDispose]());

/** Only this directory is looked at and written to, as far as the machine lets us choose. */
const sweepHere = (env: Record<string, string>) => sweepLeftovers(env).filter((path) => path.startsWith(dir.path));

/** Lets a directory look like that of another owner. */
const give = (path: string, change: (fields: string[]) => void): string => {
  const fields = basename(path).split('.');
  change(fields);
  const renamed = join(dir.path, fields.join('.'));
  renameSync(path, renamed);
  return renamed;
};

describe('sweepLeftovers', () => {
  it('removes what a killed process left, and nothing else', async () => {
    const env = { XDG_RUNTIME_DIR: dir.path };
    const alive = makePrivateDirectory(env);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const dead = give(makePrivateDirectory(env), (fields) => fields.splice(2, 1, String(child.pid)));
    const reused = give(makePrivateDirectory(env), (fields) => fields.splice(3, 1, '1'));
    const elsewhere = give(makePrivateDirectory(env), (fields) => fields.splice(1, 2, '1', String(child.pid)));
    const foreign = join(dir.path, 'skopeo-wrapper-auth-of-somebody');
    mkdirSync(foreign);

    assert.deepEqual(new Set(sweepHere(env)), new Set([dead, reused]));
    assert.deepEqual([alive, dead, reused, elsewhere, foreign].map(existsSync), [true, false, false, true, true]);
  });

  it('has no trouble with places that are not there', () => {
    assert.deepEqual(sweepHere({ XDG_RUNTIME_DIR: '/nonexistent' }), []);
  });
});

describe('makePrivateDirectory', () => {
  it('goes on to the next place where one cannot be written', () => {
    const path = makePrivateDirectory({ XDG_RUNTIME_DIR: '/nonexistent', TMPDIR: dir.path });
    assert.ok(existsSync(path));
    rmSync(path, { recursive: true });
  });
});
